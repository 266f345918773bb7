using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Whoever follows a chain of MDLs notices when it leads back into itself.</summary>
public sealed class CircularChainTests
{
    [Theory, Proves("MDL-082", "MDL-103")]
    [InlineData(VerifierMode.Strict, 1)]
    [InlineData(VerifierMode.Strict, 5)]
    [InlineData(VerifierMode.Off, 1)]
    [InlineData(VerifierMode.Off, 100)]
    public void Appending_to_a_circle_stops(VerifierMode mode, int links)
    {
        using Machine machine = NewMachine(mode);
        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            MakeCircle(irp, links);
            IoAllocateMdl(0x10000, 1, true, false, irp);
        }));
        Assert.Equal(mode == VerifierMode.Strict ? 0xC4u : 0xE2u, stop.Code);
        Assert.Equal(0x4D444C08ul, stop.Parameter1);
        Assert.Equal(mode == VerifierMode.Strict ? 1 : 0, machine.Findings.Count);
    }

    [Theory, Proves("MDL-103", "MDL-105")]
    [InlineData(1)]
    [InlineData(3)]
    public void Completing_a_request_with_a_circle_stops(int links)
    {
        using var device = new TestDevice(DeviceFlags.DO_DIRECT_IO, verifier: VerifierMode.Off, read: (_, irp) =>
        {
            MakeCircle(irp, links);
            return TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = device.Process.Allocate(0x1000);

        var stop = Assert.Throws<BugCheckException>(() => device.Handle.Read(buffer, 0x1000));

        Assert.Equal((0xE2u, 0x4D444C08ul), (stop.Code, stop.Parameter1));
    }

    /// <summary>Zero bytes each, so that no length ends the walk either.</summary>
    private static void MakeCircle(Irp irp, int links)
    {
        Mdl head = irp.MdlAddress = NewMdl(0x10000, 0), last = head;
        for (int i = 1; i < links; i++)
            last = last.Next = NewMdl(0x10000, 0);
        last.Next = links > 2 ? head.Next : head;
    }
}
