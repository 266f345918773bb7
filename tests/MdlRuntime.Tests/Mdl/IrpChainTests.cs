using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>How IoAllocateMdl hangs an MDL on a request.</summary>
public sealed class IrpChainTests
{
    [Fact, Proves("MDL-081")]
    public void A_primary_mdl_replaces_what_was_there_and_does_not_free_it()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            Mdl first = IoAllocateMdl(0x10000, 1, false, false, irp)!;
            Assert.Same(first, irp.MdlAddress);

            Mdl second = IoAllocateMdl(0x10000, 2, false, false, irp)!;

            Assert.Same(second, irp.MdlAddress);
            Assert.Null(second.Next);
            Assert.Equal(1u, first.ByteCount);
        });
    }

    [Fact, Proves("MDL-082", "MDL-092", "MDL-095", "DMA-122")]
    public void A_secondary_mdl_goes_behind_the_last_one()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            Mdl head = IoAllocateMdl(0x10000, 1, false, false, irp)!;
            Mdl middle = IoAllocateMdl(0x10000, 2, true, false, irp)!;
            Mdl tail = IoAllocateMdl(0x10000, 3, true, false, irp)!;

            Assert.Same(head, irp.MdlAddress);
            Assert.Same(middle, head.Next);
            Assert.Same(tail, middle.Next);
            Assert.Null(tail.Next);

            IoFreeMdl(tail);
            Assert.Same(head, irp.MdlAddress);
            Assert.Equal(tail.Address, VirtualMemory.Read<nuint>(middle.Address));
        });
    }

    [Fact, Proves("MDL-083", "MDL-601")]
    public void A_secondary_mdl_without_a_chain_becomes_its_head_and_is_reported()
    {
        using Machine machine = NewMachine(VerifierMode.Survey);
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            Assert.Same(IoAllocateMdl(0x10000, 1, true, false, irp), irp.MdlAddress);
        });
        Assert.Equal("MDL5006", Assert.Single(machine.Findings).RuleId);
    }

    [Fact, Proves("MDL-084")]
    public void A_failure_leaves_the_request_as_it_was()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            Mdl head = IoAllocateMdl(0x10000, 1, false, false, irp)!;
            Assert.Null(IoAllocateMdl(0, uint.MaxValue, false, false, irp));
            Assert.Null(IoAllocateMdl(0, uint.MaxValue, true, false, irp));
            Assert.Same(head, irp.MdlAddress);
            Assert.Null(head.Next);
        });
    }
}
