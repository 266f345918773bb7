using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;

namespace MdlRuntime.Tests.Mdls;

/// <summary>What the MDL tests have in common: machines in a mode, and MDLs in a state.</summary>
internal static class MdlTestSupport
{
    public const MmPagePriority Priority = NormalPagePriority | MdlMappingNoExecute;
    public const uint Tag = 0x54534554;
    public const MdlFlags Mapped = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA, Locked = MdlFlags.MDL_PAGES_LOCKED,
        NonPaged = MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL, FixedSize = MdlFlags.MDL_ALLOCATED_FIXED_SIZE, Partial = MdlFlags.MDL_PARTIAL,
        PartialMapped = MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED, WriteOperation = MdlFlags.MDL_WRITE_OPERATION;

    public static Machine NewMachine(VerifierMode mode = VerifierMode.Strict, int systemPtes = 65536) =>
        new(new() { Verifier = mode, SystemPtes = systemPtes });

    /// <summary>Runs kernel code in the context of a process of its own, with a writable buffer of three pages.</summary>
    public static void InProcess(VerifierMode mode, Action<Machine, UserProcess, nuint> kernelCode)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        process.Run(() => kernelCode(machine, process, buffer));
    }

    public static void InProcess(Action<Machine, UserProcess, nuint> kernelCode) => InProcess(VerifierMode.Strict, kernelCode);

    /// <summary>Runs misuse in strict mode and expects the finding, with the parameters that the code computes from its subject.</summary>
    public static void Finds(uint code, string? ruleId, Func<Machine, UserProcess, nuint, Misuse> prepare)
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        Misuse misuse = default;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            misuse = prepare(machine, process, buffer);
            misuse.Act();
        }));

        Assert.Equal((code, misuse.P1, misuse.P2, misuse.P3, misuse.P4), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
        Assert.Equal(ruleId, stop.RuleId);
        Finding finding = Assert.Single(machine.Findings);
        Assert.Equal(code, finding.BugCheckCode);
    }

    /// <summary>Runs damage with the verifier off and expects the kernel's own stop.</summary>
    public static BugCheckException Stops(uint code, Action<Machine, UserProcess, nuint> kernelCode)
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() => kernelCode(machine, process, buffer)));
        Assert.Equal(code, stop.Code);
        Assert.Empty(machine.Findings);
        return stop;
    }

    public static Mdl NewMdl(nuint address, uint length) => IoAllocateMdl(address, length, false, false, null)!;

    public static Mdl NewLocked(nuint address, uint length, LockOperation operation = LockOperation.IoWriteAccess)
    {
        Mdl mdl = NewMdl(address, length);
        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, operation);
        return mdl;
    }

    public static Mdl NewNonPaged(uint length)
    {
        Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, length, Tag), length);
        MmBuildMdlForNonPagedPool(mdl);
        return mdl;
    }

    public static Mdl NewPartial(Mdl source)
    {
        nuint address = MmGetMdlVirtualAddress(source);
        Mdl target = NewMdl(address, MmGetMdlByteCount(source));
        IoBuildPartialMdl(source, target, address, 0);
        return target;
    }

    public static nuint MapSystem(Mdl mdl) =>
        MmMapLockedPagesSpecifyCache(mdl, KProcessorMode.KernelMode, MemoryCachingType.MmCached, 0, false, Priority);

    public static nuint MapUser(Mdl mdl, nuint requestedAddress = 0, MmPagePriority priority = Priority) =>
        MmMapLockedPagesSpecifyCache(mdl, KProcessorMode.UserMode, MemoryCachingType.MmCached, requestedAddress, false, priority);

    public static void AtIrql(Kirql irql, Action action)
    {
        KernelCore.KeRaiseIrql(irql, out Kirql old);
        action();
        KernelCore.KeLowerIrql(old);
    }

    public static int LockCount(Machine machine, nuint pfn) => machine.System.Memory.Frames[new(pfn)].LockCount;
}

/// <summary>A call that strict mode refuses, and the parameters it stops with.</summary>
internal readonly record struct Misuse(Action Act, ulong P1, ulong P2 = 0, ulong P3 = 0, ulong P4 = 0);
