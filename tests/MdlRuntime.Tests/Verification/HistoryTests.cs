using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>What a finding tells about the object it is about.</summary>
public sealed class HistoryTests
{
    [Fact]
    public void A_finding_tells_what_happened_to_the_object_before()
    {
        Finding finding = Assert.Single(LockTwice(new() { Verifier = VerifierMode.Survey }, out Mdl mdl, out int firstLine));

        Assert.Collection(finding.History,
            line => Assert.Contains("IoAllocateMdl", line, StringComparison.Ordinal),
            line => Assert.Contains("MmProbeAndLockPages", line, StringComparison.Ordinal));
        Assert.All(finding.History, line => Assert.StartsWith("t=0 PASSIVE_LEVEL app/Main ", line, StringComparison.Ordinal));
        Assert.EndsWith($"{ThisFile()}:line {firstLine}", finding.History[0], StringComparison.Ordinal);
        Assert.EndsWith($"{ThisFile()}:line {firstLine + 1}", finding.History[1], StringComparison.Ordinal);
        Assert.Contains($"{mdl.Address:X16}", finding.Object, StringComparison.Ordinal);
        Assert.Equal("DRIVER_VERIFIER_DETECTED_VIOLATION", finding.Name);
    }

    [Fact]
    public void The_text_of_a_finding_says_what_where_and_since_when()
    {
        Finding finding = Assert.Single(LockTwice(new() { Verifier = VerifierMode.Survey }, out Mdl mdl, out _));

        string[] lines = finding.ToString().Split(Environment.NewLine);

        Assert.StartsWith($"0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION (0xB0, 0x{mdl.Address:X}, ", lines[0], StringComparison.Ordinal);
        Assert.Contains("[MDL3009]: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  Object: MDL ", lines[1], StringComparison.Ordinal);
        Assert.Equal("  History, oldest first:", lines[2]);
        Assert.Equal(finding.History.Select(line => "    " + line), lines[3..]);
    }

    [Fact]
    public void A_stop_tells_the_same_as_its_finding()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() => MmUnlockPages(NewMdl(buffer, 0x1000))));
        BugCheckException again = Assert.Throws<BugCheckException>(() => machine.Run(() => { }));

        Assert.NotEmpty(stop.History);
        Assert.Equal(Assert.Single(machine.Findings).History, stop.History);
        Assert.Equal(stop.History, again.History);
        Assert.Contains(stop.History[0], stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_of_the_kernel_itself_tells_the_history_of_the_objects_it_names()
    {
        using Machine machine = NewMachine();
        (nuint source, nuint target) = (0, 0);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Mdl from = NewNonPaged(16), to = NewMdl(0, 16);
            (source, target) = (from.Address, to.Address);
            IoBuildPartialMdl(from, to, MmGetMdlVirtualAddress(from), 17);
        }));

        Assert.Equal(0x12Eu, stop.Code);
        Assert.Equal(
            [$"Mdl {source:X16}: ", $"Mdl {source:X16}: ", $"Mdl {target:X16}: "],
            stop.History.Select(line => line[..(line.IndexOf(": ", StringComparison.Ordinal) + 2)]));
    }

    [Fact]
    public void With_the_verifier_off_nothing_is_kept()
    {
        using Machine machine = NewMachine(VerifierMode.Off);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Mdl mdl = NewMdl(0, 16);
            IoFreeMdl(mdl);
            IoFreeMdl(mdl);
        }));

        Assert.Empty(stop.History);
        Assert.DoesNotContain("History", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_birth_of_an_object_and_its_last_transitions_are_kept()
    {
        using Machine machine = NewMachine(VerifierMode.Survey);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);

        process.Run(() =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            for (int i = 0; i < 20; i++)
            {
                MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
                MmUnlockPages(mdl);
            }

            MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, Priority);
        });

        IReadOnlyList<string> history = machine.Findings[0].History;
        Assert.Equal(9, history.Count);
        Assert.Contains("IoAllocateMdl", history[0], StringComparison.Ordinal);
        Assert.Contains("MmUnlockPages", history[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_recycled_object_starts_a_history_of_its_own()
    {
        using Machine machine = NewMachine(VerifierMode.Survey);
        Mdl? first = null, last = null;
        machine.Run(() =>
        {
            first = NewMdl(0, 16);
            IoFreeMdl(first);
            for (int i = 0; i < 10_000 && last != first; i++)
            {
                last = NewMdl(0, 16);
                if (last != first)
                    IoFreeMdl(last);
            }

            IoFreeMdl(last!);
            _ = last!.ByteCount;
        });

        Assert.Same(first, last);
        Assert.Equal(2, machine.Findings[^1].History.Count);
    }

    [Fact]
    public void A_request_has_a_history_too()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
            return NtStatus.STATUS_END_OF_FILE;
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        string[] routines = ["IoAllocateIrp", "IoCallDriver", "IoCompleteRequest"];
        Assert.All(routines, routine => Assert.Contains(stop.History, line => line.Contains(routine, StringComparison.Ordinal)));
    }

    [Fact]
    public void Only_the_first_callers_are_looked_up()
    {
        var options = new MachineOptions { Verifier = VerifierMode.Survey, CapturedCallSites = 1 };

        Finding finding = Assert.Single(LockTwice(options, out _, out _));

        Assert.Contains(ThisFile(), finding.History[0], StringComparison.Ordinal);
        Assert.EndsWith("(caller not looked up: MachineOptions.CapturedCallSites = 1 is used up)", finding.History[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_tells_the_same_history() =>
        Assert.Equal(
            LockTwice(new() { Verifier = VerifierMode.Survey, Seed = 5 }, out _, out _)[0].ToString(),
            LockTwice(new() { Verifier = VerifierMode.Survey, Seed = 5 }, out _, out _)[0].ToString());

    private static IReadOnlyList<Finding> LockTwice(MachineOptions options, out Mdl mdl, out int firstLine)
    {
        using var machine = new Machine(options);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        (Mdl? made, int line) = (null, 0);
        process.Run(() =>
        {
            line = ThisLine() + 1;
            made = IoAllocateMdl(buffer, 0x1000, false, false, null)!;
            MmProbeAndLockPages(made, UserMode, IoReadAccess);
            MmProbeAndLockPages(made, UserMode, IoReadAccess);
        });
        (mdl, firstLine) = (made!, line);
        return machine.Findings;
    }

    private static int ThisLine([CallerLineNumber] int line = 0) => line;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
