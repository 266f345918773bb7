using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

internal sealed partial class RatioReport
{
    private void AddDma()
    {
        foreach (int kibibytes in (int[])[64, 256, 1024])
        {
            int length = kibibytes << 10;
            var copies = new ByteCopies(length);
            DmaRig contiguous = Keep(new DmaRig(length, FramePolicy.Sequential, isBounced: false, writeToDevice: false));
            DmaRig scattered = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: false, writeToDevice: false));
            DmaRig bouncedIn = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: true, writeToDevice: false));
            DmaRig bouncedOut = Keep(new DmaRig(length, FramePolicy.Scattered, isBounced: true, writeToDevice: true));
            AddRatio($"dma-direct-contiguous/copy, {kibibytes} KiB", contiguous.Transfer, copies.Once);
            AddRatio($"dma-direct-scattered/page-copies, {kibibytes} KiB", scattered.Transfer, copies.OnceToScatteredPages);
            AddRatio($"dma-bounced-to-memory/two-copies, {kibibytes} KiB", bouncedIn.Transfer, copies.TwiceToScatteredPages);
            AddRatio($"dma-bounced-to-device/two-copies, {kibibytes} KiB", bouncedOut.Transfer, copies.TwiceFromScatteredPages);
            AddBytes($"dma-direct, {kibibytes} KiB", scattered.Transfer);
            AddBytes($"dma-bounced, {kibibytes} KiB", bouncedIn.Transfer);
        }
    }

    private void AddMappings()
    {
        foreach (int pages in (int[])[16, 256])
        {
            foreach (FramePolicy frames in (FramePolicy[])[FramePolicy.Scattered, FramePolicy.Sequential])
            {
                DmaRig rig = Keep(new DmaRig(pages << 12, frames, isBounced: false, writeToDevice: false));
                string name = $"scatter-gather-list/run-walk, {pages} pages, {(frames == FramePolicy.Sequential ? "contiguous" : "scattered")}";
                AddNanosecondsPerPage(name, rig.GetAndPutList, new RunWalk(pages, frames).Enumerate, pages);
                AddBytes(name, rig.GetAndPutList);
            }
        }

        DmaRig page = Keep(new DmaRig(1 << 12, FramePolicy.Scattered, isBounced: false, writeToDevice: false));
        AddRatio("map-flush/lock-unlock, 1 page", page.MapAndFlush, Keep(new MdlRig(pages: 1)).LockAndUnlock);
        AddBytes("map-flush", page.MapAndFlush);
        InterruptRig interrupt = Keep(new InterruptRig());
        AddRatio("interrupt-to-dpc/empty-call", interrupt.InterruptAndDpc, interrupt.EmptyCall);
        AddBytes("interrupt-to-dpc", interrupt.InterruptAndDpc);
    }

    private void AddFiles()
    {
        foreach (int pages in (int[])[16, 64, 256])
        {
            FileRig rig = Keep(new FileRig(pages));
            AddRatio($"file-read/vectored-read, {pages} scattered pages", rig.Request, rig.Vectored);
            AddRatio($"file-read/read-then-copy, {pages} scattered pages", rig.Request, rig.ReadThenCopy);
        }
    }

    /// <summary>How many times the work of one machine all cores do together with a machine each; on a busy host too little.</summary>
    private void AddMachines()
    {
        Operation[] machines = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => (Operation)Keep(new RequestRig()).Read)];
        AddLine($"throughput, {machines.Length} machines on {machines.Length} cores/one machine", () => Measurement.Scaling(machines), machines);
    }
}
