using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.Kirql;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>The table of bug check 0xC4: every row provoked, in strict, survey and off mode.</summary>
public sealed class DetectedViolationTests
{
    private const ulong PagedPool = 1, NonPagedPoolNx = 0x200;
    private static readonly PhysicalAddress s_device = new(1L << 40);
    private static readonly PhysicalAddress s_lowest = default, s_highest = new(-1);

    private static readonly Dictionary<string, ViolationRow> s_rows = new()
    {
        ["zero-byte pool allocation"] = new(0x00, null, _ => new(() => ExAllocatePool2(POOL_FLAG_NON_PAGED, 0, Tag), 0, NonPagedPoolNx, 0)),
        ["paged pool above APC_LEVEL"] = new(0x01, "MDL6004", _ => new(At(DISPATCH_LEVEL, () => ExAllocatePool2(POOL_FLAG_PAGED, 0x30, Tag)), 2, PagedPool, 0x30)),
        ["non-paged pool above DISPATCH_LEVEL"] = new(0x02, "MDL6004", _ => new(At(HIGH_LEVEL, () => ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x30, Tag)), 15, NonPagedPoolNx, 0x30)),
        ["free of what was never allocated"] = new(0x10, null, _ =>
        {
            nuint inside = Pool(0x40) + 0x10;
            return new(() => ExFreePool(inside), inside);
        }, Off: 0xC2),
        ["free of paged pool above APC_LEVEL"] = new(0x11, "MDL6004", _ =>
        {
            nuint block = ExAllocatePool2(POOL_FLAG_PAGED, 0x40, Tag);
            return new(At(DISPATCH_LEVEL, () => ExFreePool(block)), 2, PagedPool, block);
        }),
        ["free of non-paged pool above DISPATCH_LEVEL"] = new(0x12, "MDL6004", _ =>
        {
            nuint block = Pool(0x40);
            return new(At(HIGH_LEVEL, () => ExFreePool(block)), 15, NonPagedPoolNx, block);
        }),
        ["double free"] = new(0x13, null, _ =>
        {
            nuint block = Pool(0x40);
            Pool(0x40);
            ExFreePool(block);
            return new(() => ExFreePool(block), 0, block - 0x10);
        }, Off: 0xC2),
        ["free of an address where no block can start"] = new(0x16, null, _ =>
        {
            nuint block = Pool(0x40);
            return new(() => ExFreePool(block + 1), 0, block + 1);
        }, Off: 0xC2),
        ["overrun of a block of pages"] = new(0x51, null, _ =>
        {
            nuint block = Pool(5000);
            VirtualMemory.Write(block + 5000, (byte)1);
            return new(() => ExFreePool(block), block, block + 5000, 5000);
        }),
        ["lock of pages that are not memory"] = new(0x6F, null, scene =>
        {
            Mdl mdl = NewMdl(MmMapIoSpace(s_device, 0x1000, MmNonCached), 0x1000);
            return new(() => MmProbeAndLockPages(mdl, KernelMode, IoReadAccess), mdl.Address, (ulong)s_device.QuadPart >> 12, scene.Machine.System.Memory.Frames.Count - 1);
        }),
        ["MmProbeAndLockPages too high"] = new(0x70, "MDL6004", _ =>
        {
            Mdl mdl = NewMdl(Pool(0x40), 0x40);
            return new(At(HIGH_LEVEL, () => MmProbeAndLockPages(mdl, KernelMode, IoReadAccess)), 15, mdl.Address, (ulong)KernelMode);
        }),
        ["MmProbeAndLockProcessPages too high"] = new(0x71, "MDL6004", scene =>
        {
            Mdl mdl = NewMdl(Pool(0x40), 0x40);
            return new(At(HIGH_LEVEL, () => MmProbeAndLockProcessPages(mdl, scene.Process.Object, KernelMode, IoReadAccess)), 15, mdl.Address, scene.Process.Object.Address);
        }),
        ["MmProbeAndLockSelectedPages too high"] = new(0x72, "MDL6004", scene =>
        {
            Mdl mdl = NewMdl(0, 0x1000);
            FileSegmentElement[] segments = [new(Pool(0x1000))];
            return new(At(HIGH_LEVEL, () => MmProbeAndLockSelectedPages(mdl, segments, KernelMode, IoReadAccess)), 15, mdl.Address, scene.Process.Object.Address);
        }),
        ["MmMapIoSpace too high"] = new(0x73, "MDL6004", _ => new(At(HIGH_LEVEL, () => MmMapIoSpace(s_device, 0x20, MmNonCached)), 15, (ulong)s_device.QuadPart, 0x20)),
        ["MmMapLockedPages, kernel mode, too high"] = new(0x74, "MDL6004", scene => AtHigh(scene, mdl => MmMapLockedPages(mdl, KernelMode), (ulong)KernelMode)),
        ["MmMapLockedPages, user mode, too high"] = new(0x75, "MDL6004", scene => AtDispatch(scene, mdl => MmMapLockedPages(mdl, UserMode), (ulong)UserMode)),
        ["MmMapLockedPagesSpecifyCache, kernel mode, too high"] = new(0x76, "MDL6004", scene => AtHigh(scene, mdl => MapSystem(mdl), (ulong)KernelMode)),
        ["MmMapLockedPagesSpecifyCache, user mode, too high"] = new(0x77, "MDL6004", scene => AtDispatch(scene, mdl => MapUser(mdl), (ulong)UserMode)),
        ["MmUnlockPages too high"] = new(0x78, "MDL6004", scene => AtHigh(scene, MmUnlockPages, 0)),
        ["MmUnmapLockedPages, kernel mode, too high"] = new(0x79, "MDL6004", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            nuint address = MapSystem(mdl);
            return new(At(HIGH_LEVEL, () => MmUnmapLockedPages(address, mdl)), 15, address, mdl.Address);
        }),
        ["MmUnmapLockedPages, user mode, too high"] = new(0x7A, "MDL6004", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            nuint address = MapUser(mdl);
            return new(At(DISPATCH_LEVEL, () => MmUnmapLockedPages(address, mdl)), 2, address, mdl.Address);
        }),
        ["MmUnmapIoSpace too high"] = new(0x7B, "MDL6004", _ =>
        {
            nuint address = MmMapIoSpace(s_device, 0x20, MmNonCached);
            return new(At(DISPATCH_LEVEL, () => MmUnmapIoSpace(address, 0x20)), 2, address, 0x20);
        }),
        ["unlock twice"] = new(0x7C, "MDL3005", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmUnlockPages(mdl);
            return new(() => MmUnlockPages(mdl), mdl.Address, (ulong)mdl.MdlFlags);
        }, Off: 0x76),
        ["unlock of pages that were never locked"] = new(0x7C, "MDL3005", scene =>
        {
            Mdl mdl = NewMdl(scene.Buffer, 0x1000);
            MmGetMdlPfnArray(mdl)[0] = PfnOf(scene);
            ForgetProcess(mdl);
            return new(() => MmUnlockPages(mdl), mdl.Address, (ulong)mdl.MdlFlags);
        }, Off: 0x4E),
        ["unlock of a non-paged MDL"] = new(0x7D, "MDL3005", _ =>
        {
            Mdl mdl = NewNonPaged(0x40);
            return new(() => MmUnlockPages(mdl), mdl.Address, (ulong)mdl.MdlFlags);
        }, Off: 0x4E),
        ["MmAllocatePagesForMdl too high"] = new(0x7E, "MDL6004", _ => new(At(HIGH_LEVEL, () => MmAllocatePagesForMdl(s_lowest, s_highest, s_lowest, 0x1000)), 15, 2)),
        ["MmFreePagesFromMdl too high"] = new(0x7E, "MDL6004", _ =>
        {
            Mdl mdl = MmAllocatePagesForMdl(s_lowest, s_highest, s_lowest, 0x1000)!;
            return new(At(HIGH_LEVEL, () => MmFreePagesFromMdl(mdl)), 15, 2);
        }),
        ["MmBuildMdlForNonPagedPool over paged pool"] = new(0x7F, "MDL3012", _ =>
        {
            Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_PAGED, 0x40, Tag), 0x40);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0, mdl.Address, (ulong)mdl.MdlFlags);
        }),
        ["MmMapLockedPages at all"] = new(0x81, "MDL2006", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            return new(() => MmMapLockedPages(mdl, KernelMode), mdl.Address, (ulong)mdl.MdlFlags);
        }),
        ["BugCheckOnFailure"] = new(0x82, "MDL2006", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            return new(() => MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, 0, true, Priority), mdl.Address, (ulong)mdl.MdlFlags);
        }),
        ["MmMapIoSpace over memory that is not locked"] = new(0x83, null, scene =>
        {
            PhysicalAddress memory = new((long)PfnOf(scene) << 12);
            return new(() => MmMapIoSpace(memory, 0x10, MmCached), (ulong)memory.QuadPart, 0x10, PfnOf(scene));
        }, Off: 0x1A),
        ["map of pages that are not locked any more"] = new(0x85, "MDL3007", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000), part = NewPartial(mdl);
            MmUnlockPages(mdl);
            return new(() => MapSystem(part), part.Address, 1, MmGetMdlPfnArray(part)[0]);
        }),
        ["map of a frame that is not memory"] = new(0x89, "MDL4009", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmGetMdlPfnArray(mdl)[0] = 0x7777_7777;
            return new(() => MapSystem(mdl), mdl.Address, mdl.Address + 0x30, 0x7777_7777);
        }),
        ["lock of a locked MDL"] = new(0xB0, "MDL3009", scene => Flags(NewLocked(scene.Buffer, 0x1000), mdl => MmProbeAndLockPages(mdl, UserMode, IoReadAccess), Locked)),
        ["lock of a locked MDL for a process"] = new(0xB1, "MDL3009", scene =>
            Flags(NewLocked(scene.Buffer, 0x1000), mdl => MmProbeAndLockProcessPages(mdl, scene.Process.Object, UserMode, IoReadAccess), Locked)),
        ["map twice"] = new(0xB2, "MDL3014", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MapSystem(mdl);
            return Flags(mdl, twice => MapSystem(twice), Mapped);
        }),
        ["map of an MDL that is not locked"] = new(0xB3, "MDL3014", scene =>
        {
            Mdl mdl = NewMdl(scene.Buffer, 0x1000);
            MmGetMdlPfnArray(mdl)[0] = PfnOf(scene);
            return Flags(mdl, unlocked => MapSystem(unlocked), Locked | Partial);
        }),
        ["unlock of a partial MDL"] = new(0xB4, "MDL3005", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000), part = NewPartial(mdl);
            return Flags(part, MmUnlockPages, Partial);
        }),
        ["unmap of a partial MDL"] = new(0xB5, "MDL3005", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MapSystem(mdl);
            Mdl part = NewPartial(mdl);
            return Flags(part, partial => MmUnmapLockedPages(partial.MappedSystemVa, partial), Partial);
        }, Off: 0xDA),
        ["unmap of an MDL that is not mapped"] = new(0xB6, "MDL3015", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            nuint address = MapSystem(mdl);
            MmUnmapLockedPages(address, mdl);
            return Flags(mdl, unmapped => MmUnmapLockedPages(address, unmapped), Mapped);
        }, Off: 0xDA),
        ["free while mapped"] = new(0xB8, "MDL3006", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MapSystem(mdl);
            return Flags(mdl, IoFreeMdl, default);
        }),
        ["unmap of a bad user address"] = new(0xB9, "MDL3015", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            nuint view = MapUser(mdl);
            MmUnmapLockedPages(view, mdl);
            return new(() => MmUnmapLockedPages(view, mdl), view, mdl.Address);
        }, Off: 0xD7),
        ["ExFreePool of an IRP"] = new(0x105, "MDL5008", _ =>
        {
            Irp irp = IoAllocateIrp(1, false)!;
            return new(() => ExFreePool(irp.Address), irp.Address);
        }),
        ["non-paged build over memory that can be paged out"] = new(0x140, "MDL3012", scene =>
        {
            Mdl mdl = NewMdl(scene.Buffer, 0x1000);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0, mdl.Address, scene.Buffer);
        }),
        ["mapping that may be executed"] = new(0x2002, "MDL3017", scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            const MmPagePriority executable = MmPagePriority.NormalPagePriority;
            return new(() => MmGetSystemAddressForMdlSafe(mdl, executable), 0, (ulong)executable);
        }),
        ["routine limited to APC_LEVEL"] = new(0x20019, "MDL6004", scene =>
        {
            Mdl mdl = NewMdl(Pool(0x40), 0x40);
            return new(At(DISPATCH_LEVEL, () => MmProbeAndLockProcessPages(mdl, scene.Process.Object, KernelMode, IoReadAccess)), 2, mdl.Address, scene.Process.Object.Address);
        }),
    };

    /// <summary>Rows that no driver of this machine can cause, or that other tests have, and why.</summary>
    private static readonly Dictionary<uint, string> s_elsewhere = new()
    {
        [0x14] = "another number for the double free of 0x13",
        [0x52] = "numbers of 0x51 for other places that damage is found at", [0x53] = "as 0x52", [0x54] = "as 0x52", [0x59] = "as 0x52",
        [0x60] = "what systems before the naming of drivers reported instead of 0x62",
        [0x62] = nameof(LeakTests),
        [0xB7] = "firmware: there is none",
        [0xC0] = "interrupts are held back by IRQL alone, which 0xC9 / 0x10 is about",
        [0xE2] = nameof(IoManagerViolationTests), [0xFA] = nameof(IoManagerViolationTests), [0x135] = nameof(IoManagerViolationTests),
        [0x1010] = nameof(IoManagerViolationTests), [0x1011] = nameof(IoManagerViolationTests),
    };

    private static readonly uint[] s_table =
    [
        0x00, 0x01, 0x02, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x51, 0x52, 0x53, 0x54, 0x59, 0x60, 0x62, 0x6F, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
        0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F, 0x81, 0x82, 0x83, 0x85, 0x89, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7,
        0xB8, 0xB9, 0xC0, 0xE2, 0xFA, 0x105, 0x135, 0x140, 0x1010, 0x1011, 0x2002,
    ];

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory, Proves("MDL-515", "MDL-516", "MDL-517", "MDL-518")]
    [MemberData(nameof(Names))]
    public void Strict_mode_stops_with_the_numbers_of_the_table(string name) => ViolationRunner.Check(s_rows[name], VerifierMode.Strict);

    [Theory, Proves("MDL-518")]
    [MemberData(nameof(Names))]
    public void Survey_mode_records_them_and_goes_on(string name) => ViolationRunner.Check(s_rows[name], VerifierMode.Survey);

    [Theory, Proves("MDL-518", "MDL-550")]
    [MemberData(nameof(Names))]
    public void Off_mode_does_the_damage_within_the_machine(string name) => ViolationRunner.Check(s_rows[name], VerifierMode.Off);

    [Fact, Proves("MDL-518")]
    public void Every_row_of_the_table_is_here_or_says_where_else() =>
        Assert.All(s_table, subcode => Assert.True(
            s_elsewhere.ContainsKey(subcode) ^ s_rows.Values.Any(row => row.Parameter1 == subcode), $"0x{subcode:X}"));

    private static nuint Pool(nuint bytes) => ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, Tag);

    /// <summary>Frame of the buffer's first page, which nobody has locked.</summary>
    private static nuint PfnOf(Scene scene) => scene.Process.Object.Space!.Find(scene.Buffer).Pfn.Number;

    /// <summary>The Process field of an MDL holds what its memory held; a driver that clears its memory leaves 0.</summary>
    private static void ForgetProcess(Mdl mdl) => VirtualMemory.Write<nuint>(mdl.Address + 0x10, 0);

    private static Action At(Kirql irql, Action action) => () => AtIrql(irql, action);

    private static Harm AtHigh(Scene scene, Action<Mdl> call, ulong parameter4) => AtLevel(scene, HIGH_LEVEL, call, parameter4);

    private static Harm AtDispatch(Scene scene, Action<Mdl> call, ulong parameter4) => AtLevel(scene, DISPATCH_LEVEL, call, parameter4);

    private static Harm AtLevel(Scene scene, Kirql irql, Action<Mdl> call, ulong parameter4)
    {
        Mdl mdl = NewLocked(scene.Buffer, 0x1000);
        return new(At(irql, () => call(mdl)), (ulong)irql, mdl.Address, parameter4);
    }

    private static Harm Flags(Mdl mdl, Action<Mdl> call, MdlFlags culprits) => new(() => call(mdl), mdl.Address, (ulong)mdl.MdlFlags, (ulong)culprits);
}
