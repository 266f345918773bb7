using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>The symptom index: each mistake with what a verified machine reports, and what happens without.</summary>
public sealed class SymptomIndexTests
{
    /// <summary>Each mistake; the code and first parameter with the verifier; the code and first parameter, or what is damaged, without.</summary>
    private static readonly Dictionary<string, Mistake> s_index = new()
    {
        ["lock twice"] = new(0xC4, 0xB0, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
            Assert.Equal(2, scene.Process.LockedPages);
        }),
        ["lock twice, then exit"] = new(0xC4, 0xB0, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
            MmUnlockPages(mdl);
        }, Off: (0x76, 0), Exits: true),
        ["unlock without lock"] = new(0xC4, 0x7C, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmUnlockPages(mdl);
            MmUnlockPages(mdl);
        }, Off: (0x76, 1)),
        ["unlock twice, system memory"] = new(0xC4, 0x7C, scene =>
        {
            Mdl mdl = NewMdl(Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 0x1000, Tag), 0x1000);
            MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
            MmUnlockPages(mdl);
            MmUnlockPages(mdl);
        }, Off: (0x4E, 7)),
        ["unlock of non-paged built"] = new(0xC4, 0x7D, _ => MmUnlockPages(NewNonPaged(0x40)), Off: (0x4E, 7)),
        ["unlock of a partial"] = new(0xC4, 0xB4, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000), part = NewPartial(mdl);
            MmUnlockPages(part);
            part.Pfns.CopyTo(mdl.Pfns);
            scene.Process.Object.LockedPages = 1;
            MmUnlockPages(mdl);
        }, Off: (0x4E, 7)),
        ["map of an unlocked MDL"] = new(0xC4, 0xB3, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MmUnlockPages(mdl);
            Assert.NotEqual(0u, MapSystem(mdl));
        }),
        ["map twice"] = new(0xC4, 0xB2, scene =>
        {
            int before = scene.Machine.FreeSystemPtes;
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MapSystem(mdl);
            MapSystem(mdl);
            MmUnlockPages(mdl);
            Assert.Equal(before - 1, scene.Machine.FreeSystemPtes);
        }),
        ["unmap of what is not mapped"] = new(0xC4, 0xB6, scene => MmUnmapLockedPages(unchecked((nuint)(-0x1000L)), NewLocked(scene.Buffer, 0x1000)), Off: (0xDA, 0x302)),
        ["unmap of a user mapping in the wrong process"] = new(0xC4, 0xB9, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            nuint view = MapUser(mdl, 0x7000_0000);
            UserProcess other = scene.Machine.CreateProcess("other");
            KernelCore.KeStackAttachProcess(other.Object);
            MmUnmapLockedPages(view, mdl);
        }, Off: (0xD7, 0x7000_0000)),
        ["free while mapped"] = new(0xC4, 0xB8, scene =>
        {
            int before = scene.Machine.FreeSystemPtes;
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            MapSystem(mdl);
            IoFreeMdl(mdl);
            Assert.Equal(before - 1, scene.Machine.FreeSystemPtes);
        }),
        ["free while locked"] = new(0xCB, 0, scene => IoFreeMdl(NewLocked(scene.Buffer, 0x1000)), Off: (0x76, 0), Exits: true),
        ["partial beyond the source"] = new(0x12E, null, scene =>
        {
            Mdl mdl = NewLocked(scene.Buffer, 0x1000);
            IoBuildPartialMdl(mdl, NewMdl(scene.Buffer, 0x2000), scene.Buffer, 0x1001);
        }, Off: (0x12E, null)),
        ["partial target too small"] = new(0x40, 0, scene =>
            IoBuildPartialMdl(NewLocked(scene.Buffer, 0x2000), NewMdl(scene.Buffer, 0x1000), scene.Buffer, 0x2000), Off: (0x40, 0)),
        ["user address at DISPATCH_LEVEL"] = new(0xD1, null, scene => AtIrql(Kirql.DISPATCH_LEVEL, () => VirtualMemory.Read<byte>(scene.Buffer))),
        ["user address at DISPATCH_LEVEL, paged out"] = new(0xD1, null, scene =>
        {
            scene.Process.Write(scene.Buffer, [1]);
            scene.Process.Trim();
            AtIrql(Kirql.DISPATCH_LEVEL, () => VirtualMemory.Read<byte>(scene.Buffer));
        }, Off: (0xD1, null)),
    };

    public static TheoryData<string> Names => [.. s_index.Keys];

    [Theory, Proves("MDL-550", "MDL-521", "MDL-522", "MDL-528", "MDL-531", "MDL-532", "MDL-538", "MDL-539", "MDL-549")]
    [MemberData(nameof(Names))]
    public void With_verifier(string name)
    {
        Mistake mistake = s_index[name];

        BugCheckException stop = Assert.IsType<BugCheckException>(Make(mistake, VerifierMode.Strict));

        Assert.Equal((mistake.Code, mistake.Parameter1 ?? stop.Parameter1), (stop.Code, stop.Parameter1));
    }

    [Theory, Proves("MDL-550")]
    [MemberData(nameof(Names))]
    public void Without_verifier(string name)
    {
        Mistake mistake = s_index[name];

        Exception? thrown = Make(mistake, VerifierMode.Off);

        if (mistake.Off is not { } off)
            Assert.Null(thrown);
        else
            Assert.Equal((off.Code, off.Parameter1 ?? ((BugCheckException)thrown!).Parameter1), (((BugCheckException)thrown!).Code, ((BugCheckException)thrown).Parameter1));
    }

    [Theory, Proves("MDL-550")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_lock_outside_try_leaves_its_exception_to_the_system(VerifierMode mode)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, _) =>
        {
            MmProbeAndLockPages(NewMdl(0x10000, 8), UserMode, IoReadAccess);
            return NtStatus.STATUS_SUCCESS;
        }, verifier: mode);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0x3Bu, (ulong)NtStatus.STATUS_ACCESS_VIOLATION, "MDL3002"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-550")]
    public void Information_too_large_tells_the_caller_what_is_none_of_its_business()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) => TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS, 16), verifier: VerifierMode.Off);
        nuint buffer = test.Process.Allocate(16);
        test.Process.Write(buffer, new byte[16]);

        Assert.Equal(16u, test.Handle.Read(buffer, 8).Information);
    }

    private static Exception? Make(Mistake mistake, VerifierMode mode)
    {
        using var machine = new Machine(new() { Verifier = mode });
        UserProcess process = machine.CreateProcess("app");
        var scene = new Scene(machine, process, process.Allocate(0x3000));
        Exception? thrown = Record.Exception(() => process.Run(() => mistake.Make(scene)));
        return thrown is null && mistake.Exits ? Record.Exception(process.Exit) : thrown;
    }

    private sealed record Mistake(uint Code, ulong? Parameter1, Action<Scene> Make, (uint Code, ulong? Parameter1)? Off = null, bool Exits = false);
}
