using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.KernelCore;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Kernel;

/// <summary>What an access leads to, by mode, address, protection and IRQL.</summary>
public sealed class AccessTests
{
    private const Kirql Passive = Kirql.PASSIVE_LEVEL, Apc = Kirql.APC_LEVEL, Dispatch = Kirql.DISPATCH_LEVEL, Device = (Kirql)8;
    private const MemoryAccess Read = MemoryAccess.Read, Write = MemoryAccess.Write, Execute = MemoryAccess.Execute;
    private const PteFlags ReadOnly = PteFlags.None, ReadWrite = PteFlags.Writable, Code = PteFlags.Executable;

    private enum Place
    {
        User,
        UserHole,
        UserTop,
        NotCanonical,
        PagedPool,
        NonPagedPool,
        FreedPool,
        SystemHole,
    }

    private enum Outcome
    {
        Success,
        AccessViolation,
        GuardPageViolation,

        /// <summary>Succeeds without the verifier; stops with 0xD1 in strict mode.</summary>
        HiddenD1,
        StopD1,
        Stop50,
        StopBE,
        StopFC,
    }

    private sealed record Case(Place Place, PteFlags Protection, Kirql Irql, MemoryAccess Access, Outcome Outcome)
    {
        public override string ToString() => $"{Access} of {Place} with {Protection} at {Irql}: {Outcome}";
    }

    private static readonly Case[] s_cases =
    [
        // Kernel code on user addresses.
        new(Place.User, ReadWrite, Passive, Read, Outcome.Success),
        new(Place.User, ReadWrite, Apc, Write, Outcome.Success),
        new(Place.User, ReadOnly, Passive, Read, Outcome.Success),
        new(Place.User, ReadOnly, Passive, Write, Outcome.AccessViolation),
        new(Place.User, ReadOnly, Passive, Execute, Outcome.AccessViolation),
        new(Place.User, Code, Passive, Execute, Outcome.Success),
        new(Place.User, PteFlags.NoAccess, Passive, Read, Outcome.AccessViolation),
        new(Place.User, PteFlags.NoAccess, Apc, Write, Outcome.AccessViolation),
        new(Place.User, ReadWrite | PteFlags.Guard, Passive, Read, Outcome.GuardPageViolation),
        new(Place.User, ReadWrite | PteFlags.Guard, Apc, Write, Outcome.GuardPageViolation),
        new(Place.User, ReadWrite | PteFlags.Guard, Dispatch, Read, Outcome.StopD1),
        new(Place.User, PteFlags.CopyOnWrite, Passive, Read, Outcome.Success),
        new(Place.User, PteFlags.CopyOnWrite, Passive, Write, Outcome.Success),
        new(Place.User, PteFlags.CopyOnWrite, Dispatch, Write, Outcome.StopD1),
        new(Place.User, ReadWrite, Dispatch, Read, Outcome.HiddenD1),
        new(Place.User, ReadWrite, Dispatch, Write, Outcome.HiddenD1),
        new(Place.User, ReadWrite, Device, Read, Outcome.HiddenD1),
        new(Place.User, ReadOnly, Dispatch, Write, Outcome.StopD1),
        new(Place.User, PteFlags.NoAccess, Dispatch, Read, Outcome.StopD1),
        new(Place.UserHole, ReadOnly, Passive, Read, Outcome.AccessViolation),
        new(Place.UserHole, ReadOnly, Apc, Write, Outcome.AccessViolation),
        new(Place.UserHole, ReadOnly, Dispatch, Read, Outcome.StopD1),
        new(Place.UserTop, ReadOnly, Passive, Read, Outcome.AccessViolation),

        // Kernel code on system addresses.
        new(Place.NonPagedPool, ReadWrite, Passive, Read, Outcome.Success),
        new(Place.NonPagedPool, ReadWrite, Dispatch, Write, Outcome.Success),
        new(Place.NonPagedPool, ReadWrite, Device, Read, Outcome.Success),
        new(Place.NonPagedPool, ReadWrite, Passive, Execute, Outcome.StopFC),
        new(Place.NonPagedPool, ReadWrite, Dispatch, Execute, Outcome.StopFC),
        new(Place.NonPagedPool, ReadOnly, Passive, Read, Outcome.Success),
        new(Place.NonPagedPool, ReadOnly, Passive, Write, Outcome.StopBE),
        new(Place.NonPagedPool, ReadOnly, Dispatch, Write, Outcome.StopBE),
        new(Place.NonPagedPool, PteFlags.NoAccess, Passive, Read, Outcome.Stop50),
        new(Place.PagedPool, ReadWrite, Passive, Write, Outcome.Success),
        new(Place.PagedPool, ReadWrite, Apc, Read, Outcome.Success),
        new(Place.PagedPool, ReadWrite, Dispatch, Read, Outcome.HiddenD1),
        new(Place.PagedPool, ReadWrite, Device, Write, Outcome.HiddenD1),
        new(Place.FreedPool, ReadOnly, Passive, Read, Outcome.Stop50),
        new(Place.FreedPool, ReadOnly, Apc, Write, Outcome.Stop50),
        new(Place.FreedPool, ReadOnly, Dispatch, Write, Outcome.StopD1),
        new(Place.SystemHole, ReadOnly, Passive, Read, Outcome.Stop50),
        new(Place.SystemHole, ReadOnly, Passive, Execute, Outcome.Stop50),
        new(Place.SystemHole, ReadOnly, Dispatch, Execute, Outcome.StopD1),
        new(Place.NotCanonical, ReadOnly, Passive, Read, Outcome.Stop50),
        new(Place.NotCanonical, ReadOnly, Dispatch, Read, Outcome.StopD1),
    ];

    private static readonly Case[] s_userModeCases =
    [
        new(Place.User, ReadWrite, Passive, Read, Outcome.Success),
        new(Place.User, ReadWrite, Passive, Write, Outcome.Success),
        new(Place.User, ReadOnly, Passive, Write, Outcome.AccessViolation),
        new(Place.User, PteFlags.NoAccess, Passive, Read, Outcome.AccessViolation),
        new(Place.User, ReadWrite | PteFlags.Guard, Passive, Write, Outcome.GuardPageViolation),
        new(Place.UserHole, ReadOnly, Passive, Read, Outcome.AccessViolation),
        new(Place.NonPagedPool, ReadWrite, Passive, Read, Outcome.AccessViolation),
        new(Place.PagedPool, ReadWrite, Passive, Write, Outcome.AccessViolation),
        new(Place.NotCanonical, ReadOnly, Passive, Read, Outcome.AccessViolation),
    ];

    [Theory]
    [Proves("MDL-521", "MDL-522", "MDL-523", "MDL-534", "MDL-547", "D9")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Kernel_code_gets_what_the_page_and_the_irql_permit(VerifierMode verifier) =>
        Assert.All(s_cases, @case => Check(@case, verifier, KProcessorMode.KernelMode));

    [Fact]
    [Proves("MDL-336")]
    public void User_code_never_stops_the_machine() =>
        Assert.All(s_userModeCases, @case => Check(@case, VerifierMode.Strict, KProcessorMode.UserMode));

    [Fact]
    public void A_guard_page_raises_once()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16, protection: PageProtection.PAGE_READWRITE | PageProtection.PAGE_GUARD);
        process.Run(() =>
        {
            Assert.Equal(NtStatus.STATUS_GUARD_PAGE_VIOLATION, Assert.Throws<NtStatusException>(() => { VirtualMemory.Read<int>(buffer); }).Status);
            Assert.Equal(0, VirtualMemory.Read<int>(buffer));
        });
    }

    [Fact]
    public void A_write_to_a_copy_on_write_page_leaves_the_other_view_unchanged()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);
        process.Write(buffer, [1, 2, 3]);
        ref Pte pte = ref process.Object.Space!.Edit(buffer);
        Pfn shared = pte.Pfn;
        machine.System.Memory.Frames.AddOwner(shared);
        pte.Flags = (pte.Flags & ~PteFlags.Writable) | PteFlags.CopyOnWrite;

        process.Write(buffer + 1, [9]);

        byte[] seen = new byte[3];
        process.Read(buffer, seen);
        Assert.Equal([1, 9, 3], seen);
        Assert.Equal([1, 2, 3], machine.System.Memory.Arena.Bytes(shared, 0, 3).ToArray());
        Assert.NotEqual(shared, process.Object.Space!.Find(buffer).Pfn);
    }

    [Fact]
    [Proves("D9")]
    public void Locked_paged_pool_may_be_touched_at_dispatch_level_and_a_locked_user_address_may_not()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);
        nuint pool = machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_PAGED, 16, 1));
        machine.System.Memory.Frames.Lock(process.Object.Space!.Find(buffer).Pfn);
        machine.System.Memory.Frames.Lock(machine.System.Memory.PagedRegion[pool].Pfn);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            KeRaiseIrql(Dispatch, out _);
            VirtualMemory.Write(pool, 1);
            VirtualMemory.Write(buffer, 1);
        }));

        Assert.Equal((0xD1u, (ulong)buffer), (stop.Code, stop.Parameter1));
    }

    private static void Check(Case @case, VerifierMode verifier, KProcessorMode mode)
    {
        using var machine = new Machine(new() { MemoryBytes = 2 << 20, Verifier = verifier });
        UserProcess process = machine.CreateProcess("app");
        nuint address = Prepare(machine, process, @case);
        Processor processor = machine.System.Processor;

        Exception? seen = Record.Exception(() => process.Run(() =>
        {
            (processor.Irql, processor.Mode) = (@case.Irql, mode);
            processor.Access(address, @case.Access) |= 1;
            (processor.Irql, processor.Mode) = (Passive, KProcessorMode.KernelMode);
        }));

        Outcome expected = @case.Outcome != Outcome.HiddenD1 ? @case.Outcome : verifier == VerifierMode.Strict ? Outcome.StopD1 : Outcome.Success;
        string details = $"{@case}, verifier {verifier}, {mode}: {seen?.Message}";
        Assert.True(expected == OutcomeOf(seen), details);
        if (seen is BugCheckException stop)
        {
            Assert.True(stop.Parameter1 == address, details);
            Assert.True(ParametersOf(@case, expected, machine, address) == (stop.Parameter2, stop.Parameter3, stop.Parameter4), details);
        }
    }

    private static nuint Prepare(Machine machine, UserProcess process, Case @case)
    {
        MemorySystem memory = machine.System.Memory;
        nuint address = @case.Place switch
        {
            Place.User => process.Allocate(PAGE_SIZE) + 0x10,
            Place.PagedPool => memory.PagedPool.Allocate(PAGE_SIZE, 1, zero: true) + 0x10,
            Place.NonPagedPool => memory.NonPagedPool.Allocate(PAGE_SIZE, 1, zero: true) + 0x10,
            Place.FreedPool => memory.NonPagedPool.Allocate(PAGE_SIZE, 1, zero: true),
            Place.UserHole => 0x50_0000,
            Place.UserTop => unchecked((nuint)0x7FFF_FFFF_0000),
            Place.NotCanonical => unchecked((nuint)0x1234_0000_0000_0000),
            _ => unchecked((nuint)0xFFFF_FFFF_FFFF_F000),
        };
        if (@case.Place == Place.FreedPool)
            memory.NonPagedPool.Free(address);
        if (@case.Place is Place.User or Place.PagedPool or Place.NonPagedPool)
        {
            ref Pte pte = ref memory.EditPte(process.Object.Space, address);
            pte.Flags = (pte.Flags & ~PteFlags.Writable) | @case.Protection;
        }

        return address;
    }

    private static Outcome OutcomeOf(Exception? exception) => exception switch
    {
        null => Outcome.Success,
        NtStatusException { Status: NtStatus.STATUS_ACCESS_VIOLATION } => Outcome.AccessViolation,
        NtStatusException { Status: NtStatus.STATUS_GUARD_PAGE_VIOLATION } => Outcome.GuardPageViolation,
        BugCheckException { Code: 0xD1 } => Outcome.StopD1,
        BugCheckException { Code: 0x50 } => Outcome.Stop50,
        BugCheckException { Code: 0xBE } => Outcome.StopBE,
        BugCheckException { Code: 0xFC } => Outcome.StopFC,
        _ => throw new InvalidOperationException("unexpected", exception),
    };

    private static (ulong, ulong, ulong) ParametersOf(Case @case, Outcome outcome, Machine machine, nuint address) => outcome switch
    {
        Outcome.StopD1 => ((ulong)@case.Irql, @case.Access switch { Read => 0ul, Write => 1, _ => 8 }, 0),
        Outcome.Stop50 => (@case.Access switch { Read => 0ul, Write => 2, _ => 0x10 }, 0,
            @case.Place switch { Place.NotCanonical => 4ul, Place.SystemHole => 2, _ => 0 }),
        _ => (machine.System.Memory.FindPte(null, address).Contents, 0, 0),
    };
}
