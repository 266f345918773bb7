using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>What drivers do for every request allocates nothing on the host once it is warm.</summary>
public sealed class WarmPathTests
{
    [Theory]
    [InlineData(VerifierMode.Off, 0x1000)]
    [InlineData(VerifierMode.Strict, 0x1000)]
    [InlineData(VerifierMode.Strict, 0x20000)]
    [InlineData(VerifierMode.Off, 0x300000)]
    public void A_request_costs_no_host_memory(VerifierMode mode, uint length)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(length);
        // The best of some rounds: the host's own just-in-time work may fall into any one of them.
        long fewest = long.MaxValue;
        process.Run(() =>
        {
            for (int round = 0; round < 5; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++)
                    Cycle(buffer, length);
                fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        });
        Assert.Equal(0, fewest);
    }

    [Fact]
    public void The_machine_reports_what_happens_to_an_mdl()
    {
        List<TraceRecord> seen = [];
        using var machine = new Machine(new() { Trace = seen.Add });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Run(() => Cycle(buffer, 0x1000));

        Assert.Equal(
            ["IoAllocateMdl", "MmProbeAndLockPages", "IoAllocateMdl", "IoBuildPartialMdl", "MmMapLockedPagesSpecifyCache", "MmUnmapLockedPages", "IoFreeMdl",
             "MmMapLockedPagesSpecifyCache", "MmUnmapLockedPages", "MmUnlockPages", "IoFreeMdl"],
            seen.Select(record => record.Routine));
        Assert.All(seen, record => Assert.IsType<Mdl>(record.Subject));
        Assert.Equal((buffer, 1ul), ((nuint)seen[1].Value1, seen[1].Value2));
    }

    private static void Cycle(nuint buffer, uint length)
    {
        Mdl mdl = IoAllocateMdl(buffer, length, false, false, null)!;
        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        Mdl part = IoAllocateMdl(buffer, length, false, false, null)!;
        IoBuildPartialMdl(mdl, part, buffer, length);
        MmGetSystemAddressForMdlSafe(part, Priority);
        IoFreeMdl(part);
        MmGetSystemAddressForMdlSafe(mdl, Priority);
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
    }
}
