import { PATCHES, type Patch } from '../../../src/lean/embedded/glue.ts'

/** The text a patch of the embedded engine puts in. */
const given = (name: string): Patch => {
  const patch = PATCHES.find((one) => one.name === name)
  if (patch === undefined) throw new Error(`there is no patch "${name}"`)
  return patch
}

/**
 * What `lean --worker` needs beyond the patches of the embedded engine: it is a program with many threads that reads and
 * writes its standard streams, where that engine calls single functions. Patches of the same name replace those.
 */
export const WORKER_PATCHES: readonly Patch[] = [
  // Each thread takes a second to load. Most versions of a document come with five; what needs more gets them then.
  { ...given('thread pool size'), to: 'pthreadPoolSize=5' },
  { ...given('path of the program'), to: 'path="/lean/bin/lean"}else' },
  {
    // The program itself is called, where the engine calls single functions.
    ...given('global offset table'),
    to: `${given('global offset table').to}wasmImports.main=getWasmTableEntry(findSymbol("main")||findSymbol("__main_argc_argv"));`,
  },
  {
    // Otherwise each thread leaves its heap behind, and the memory is full after some hundred versions.
    name: 'heap of a finished thread',
    from: '__emscripten_dlsync_self();var result=getWasmTableEntry(ptr)(arg);',
    to: '__emscripten_dlsync_self();var result=getWasmTableEntry(ptr)(arg);if(!keepRuntimeAlive())getWasmTableEntry(findSymbol("mi_thread_done"))();',
  },
  {
    // Standard streams in the calling thread. Sent to a main thread that is itself blocked reading, every write would wait
    // for the next input. The main thread reads from a ring that a helper fills, and serves the others while it waits.
    name: 'reading',
    from: 'function _fd_read(fd,iov,iovcnt,pnum){',
    to: `
    function stdioNap(ms){Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,ms)}
    function stdioRead(iov,iovcnt,pnum){growMemViews();for(var i=0;i<iovcnt;i++){var ptr=HEAPU32[iov>>2],len=HEAPU32[iov+4>>2];iov+=8;if(!len)continue;
      var b=Buffer.allocUnsafe(Math.min(len,65536)),n=0;for(;;){try{n=fs.readSync(0,b,0,b.length);break}catch(e){if(e.code==="EAGAIN"){stdioNap(2);continue}if(e.code==="EOF")break;throw e}}
      growMemViews();HEAPU8.set(b.subarray(0,n),ptr);HEAPU32[pnum>>2]=n;return 0}HEAPU32[pnum>>2]=0;return 0}
    function stdioWrite(fd,iov,iovcnt,pnum){growMemViews();var parts=[];for(var i=0;i<iovcnt;i++,iov+=8)parts.push(Buffer.from(HEAPU8.slice(HEAPU32[iov>>2],HEAPU32[iov>>2]+HEAPU32[iov+4>>2])));
      var b=Buffer.concat(parts),o=0;while(o<b.length){try{o+=fs.writeSync(fd,b,o)}catch(e){if(e.code==="EAGAIN"){stdioNap(2);continue}throw e}}HEAPU32[pnum>>2]=b.length;return 0}
    var ringCtl,ringBuf;
    function mainRead(iov,iovcnt,pnum){if(!ringCtl){var sab=new SharedArrayBuffer(16+(1<<20));ringCtl=new Int32Array(sab,0,4);ringBuf=new Uint8Array(sab,16);
        new worker_threads.Worker('const fs=require("fs"),{workerData:sab}=require("worker_threads"),c=new Int32Array(sab,0,4),r=new Uint8Array(sab,16),b=Buffer.alloc(65536);for(;;){let n=0;try{n=fs.readSync(0,b,0,b.length)}catch(e){if(e.code==="EAGAIN"){Atomics.wait(c,3,0,2);continue}if(e.code!=="EOF")throw e}if(n<=0){Atomics.store(c,2,1);Atomics.notify(c,0);break}let o=0;while(o<n){const w=Atomics.load(c,0),d=Atomics.load(c,1),k=Math.min(r.length-(w-d),n-o);if(k<=0){Atomics.wait(c,1,d,50);continue}for(let i=0;i<k;i++)r[(w+i)%r.length]=b[o+i];o+=k;Atomics.store(c,0,w+k);Atomics.notify(c,0)}}',{eval:true,workerData:sab}).unref()}
      var k=0;while(k<iovcnt-1&&!HEAPU32[iov+8*k+4>>2])k++;var ptr=HEAPU32[iov+8*k>>2],len=HEAPU32[iov+8*k+4>>2];
      for(;;){var w=Atomics.load(ringCtl,0),d=Atomics.load(ringCtl,1);if(w!==d){var n=Math.min(len,w-d);growMemViews();for(var i=0;i<n;i++)HEAPU8[ptr+i]=ringBuf[(d+i)%ringBuf.length];Atomics.store(ringCtl,1,d+n);Atomics.notify(ringCtl,1);HEAPU32[pnum>>2]=n;return 0}
        if(Atomics.load(ringCtl,2)){HEAPU32[pnum>>2]=0;return 0}
        var entry=name=>getWasmTableEntry(findSymbol(name));entry("emscripten_proxy_execute_queue")(entry("emscripten_proxy_get_system_queue")());Atomics.wait(ringCtl,0,w,1)}}
    function _fd_read(fd,iov,iovcnt,pnum){if(fd===0)return ENVIRONMENT_IS_PTHREAD?stdioRead(iov,iovcnt,pnum):mainRead(iov,iovcnt,pnum);`,
  },
  {
    name: 'writing',
    from: 'function _fd_write(fd,iov,iovcnt,pnum){',
    to: 'function _fd_write(fd,iov,iovcnt,pnum){if(fd===1||fd===2)return stdioWrite(fd,iov,iovcnt,pnum);',
  },
  // Finished threads go back to the pool through shared memory: the main thread's event loop, which would do it, never runs.
  {
    name: 'thread mark',
    from: 'worker_threads["workerData"]=="em-pthread"',
    to: 'worker_threads["workerData"]?.em=="em-pthread"',
  },
  { name: 'thread data', from: 'workerData:"em-pthread"', to: 'workerData:{em:"em-pthread",finished:finishedList()}' },
  {
    name: 'finished threads',
    from: 'var __emscripten_thread_cleanup=thread=>{if(!ENVIRONMENT_IS_PTHREAD)cleanupThread(thread);else postMessage({cmd:"cleanupThread",thread})}',
    to: 'var __emscripten_thread_cleanup=thread=>{if(!ENVIRONMENT_IS_PTHREAD)cleanupThread(thread);else{var f=finishedList(),i=Atomics.add(f,0,1);Atomics.store(f,1+i%1023,thread)}}',
  },
  { name: 'threads for reuse', from: 'getNewWorker(){', to: 'getNewWorker(){drainFinished();' },
  {
    name: 'list of finished threads',
    from: 'var PThread={',
    to: `var finishedMem,finishedRead=0;function finishedList(){return finishedMem??=(ENVIRONMENT_IS_PTHREAD?worker_threads.workerData.finished:new Int32Array(new SharedArrayBuffer(4096)))}
    function drainFinished(){var f=finishedList();while(finishedRead<Atomics.load(f,0)){var k=1+finishedRead%1023,p;while(!(p=Atomics.exchange(f,k,0)));finishedRead++;cleanupThread(p)}}
    var PThread={`,
  },
]
