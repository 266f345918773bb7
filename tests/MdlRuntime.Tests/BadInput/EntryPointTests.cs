using System.Diagnostics;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.BadInput;

/// <summary>Whatever a public entry point is given, it answers as a kernel does or says what is wrong with the argument.</summary>
public sealed class EntryPointTests
{
    /// <summary>Pure computations, and what only writes into the object it is given.</summary>
    private static readonly string[] s_needNoMachine =
    [
        nameof(MemoryManager.MmSizeOfMdl), nameof(IoManager.IoSizeOfIrp), nameof(IoManager.IoInitializeDpcRequest), nameof(IoManager.IoSetStartIoAttributes),
        nameof(KernelCore.KeInitializeSpinLock), nameof(KernelCore.KeInitializeDpc), nameof(KernelCore.KeInitializeTimer),
        nameof(KernelCore.KeInitializeEvent), nameof(KernelCore.KeClearEvent),
    ];

    private static readonly Type[] s_kernel =
    [
        typeof(MemoryManager), typeof(IoManager), typeof(KernelCore), typeof(Executive), typeof(ProcessStructure), typeof(RuntimeLibrary), typeof(VirtualMemory),
    ];

    private static readonly Type[] s_translation =
    [
        typeof(DmaIommuInterfaceEx), typeof(IommuDmaDomain), typeof(IommuDmaDevice), typeof(IommuMapPhysicalAddress),
    ];

    public static TheoryData<string> Names => [.. EntryPoint.All.Keys];

    public static TheoryData<string> KernelRoutines => [.. EntryPoint.All.Values
        .Where(entry => s_kernel.Contains(entry.Method.DeclaringType) && !s_needNoMachine.Contains(entry.Method.Name))
        .Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_argument_is_answered_and_never_crashes_into_the_host(string name)
    {
        EntryPoint entry = EntryPoint.All[name];
        var surprises = new List<string>();

        foreach (int[] choices in Cases(entry))
        {
            foreach (VerifierMode mode in (VerifierMode[])[VerifierMode.Off, VerifierMode.Strict])
            {
                foreach (AdapterKind kind in Kinds(entry))
                {
                    surprises.AddRange(Try(entry, choices, mode, kind, "host", (_, call) => call()));
                    surprises.AddRange(Try(entry, choices, mode, kind, "PASSIVE_LEVEL", (rig, call) => rig.Process.Run(call)));
                    surprises.AddRange(Try(entry, choices, mode, kind, "DISPATCH_LEVEL", (rig, call) => rig.Process.Run(() => AtDispatch(call))));
                }
            }
        }

        Assert.True(surprises.Count == 0, string.Join(Environment.NewLine, surprises));
    }

    [Theory]
    [MemberData(nameof(KernelRoutines))]
    public void Outside_a_machine_a_kernel_routine_says_how_to_enter_one(string name)
    {
        EntryPoint entry = EntryPoint.All[name];
        using var rig = new BadInputRig();

        Exception? refusal = Record.Exception(() => entry.Call(Arguments(entry, rig, new int[entry.Types.Length])));

        if (refusal is not NotModelledException)
            Assert.Contains("Machine.Run", Assert.IsType<InvalidOperationException>(refusal).Message);
    }

    [Theory]
    [MemberData(nameof(KernelRoutines))]
    public void On_a_halted_machine_a_kernel_routine_repeats_the_stop(string name)
    {
        EntryPoint entry = EntryPoint.All[name];
        using var rig = new BadInputRig();
        object?[] arguments = Arguments(entry, rig, new int[entry.Types.Length]);
        Exception? second = null;

        Assert.Throws<BugCheckException>(() => rig.Process.Run(() =>
        {
            Assert.Throws<BugCheckException>(() => KernelCore.KeBugCheckEx(0xE2, 1, 2, 3, 4));
            second = Record.Exception(() => entry.Call(arguments));
        }));

        if (second is not NotModelledException)
            Assert.Equal((0xE2u, 4ul), (Assert.IsType<BugCheckException>(second).Code, ((BugCheckException)second).Parameter4));
    }

    /// <summary>What the machine itself makes, when it finds misuse, cannot be had in advance.</summary>
    [Fact]
    public void There_is_an_argument_of_every_type_that_an_entry_point_takes()
    {
        using BadInputRig plain = new(), translated = new(VerifierMode.Off, AdapterKind.Version3);

        IEnumerable<string> missing = EntryPoint.All.Values.SelectMany(entry => entry.Types).Distinct()
            .Where(type => type != typeof(Finding) && !plain.CanMake(type) && !translated.CanMake(type)).Select(type => type.Name);

        Assert.Empty(missing);
    }

    /// <summary>A routine of an adapter is tried on adapters of all kinds, and what has to do with translation where there is an IOMMU.</summary>
    private static AdapterKind[] Kinds(EntryPoint entry) =>
        entry.Types.Contains(typeof(DmaAdapter)) ? Enum.GetValues<AdapterKind>()
        : entry.Types.Any(type => s_translation.Contains(type)) ? [AdapterKind.Version3]
        : [AdapterKind.Version2];

    /// <summary>All arguments good, each one bad in every way, and all bad in the same way.</summary>
    private static IEnumerable<int[]> Cases(EntryPoint entry)
    {
        int count = entry.Types.Length, first = entry.HasReceiver ? 1 : 0, most = 0;
        yield return new int[count];
        for (int i = first; i < count; i++)
        {
            int choices = BadInputRig.Choices(entry.Types[i]);
            most = Math.Max(most, choices);
            for (int choice = 1; choice < choices; choice++)
            {
                var one = new int[count];
                one[i] = choice;
                yield return one;
            }
        }

        for (int choice = 1; choice < most && count - first > 1; choice++)
        {
            int[] all = [.. entry.Types.Select(type => Math.Min(choice, BadInputRig.Choices(type) - 1))];
            if (first == 1)
                all[0] = 0;
            yield return all;
        }
    }

    private static IEnumerable<string> Try(EntryPoint entry, int[] choices, VerifierMode mode, AdapterKind kind, string place, Action<BadInputRig, Action> run)
    {
        using var rig = new BadInputRig(mode, kind);
        if (!entry.HasReceiver || rig.CanMake(entry.Types[0]))
        {
            object?[] arguments = Arguments(entry, rig, choices);
            Exception? thrown = Record.Exception(() => run(rig, () => entry.Call(arguments)));
            string what = $"{mode}, {kind}, {place}, ({string.Join(", ", arguments.Select((argument, i) => $"{entry.NamesOfParameters[i]}: {Show(argument)}"))})";
            if (thrown is not null && !IsAnswer(entry, thrown))
                yield return $"{what}: {thrown}";
            if (rig.Machine.FreeFrames > rig.StartFrames)
                yield return $"{what}: more free frames than at the start";
        }
    }

    private static bool IsAnswer(EntryPoint entry, Exception thrown) => thrown switch
    {
        NtStatusException or BugCheckException or NotModelledException => thrown.Message.Contains(' ', StringComparison.Ordinal),
        BusFaultException => entry.Method.DeclaringType == typeof(BusPort),
        IOException => entry.Method.DeclaringType == typeof(FileMedium),
        ArgumentException argument => argument.ParamName is { } parameter && IsOwn(thrown)
            && (argument is not ArgumentOutOfRangeException outOfRange || outOfRange.ActualValue is not null && argument.Message.Contains("allowed", StringComparison.Ordinal)),
        ObjectDisposedException or InvalidOperationException => IsOwn(thrown),
        _ => false,
    };

    /// <summary>Thrown on purpose: by the runtime itself or by a guard of the exception type, not by a collection that was asked too much.</summary>
    private static bool IsOwn(Exception thrown)
    {
        Type? thrower = new StackTrace(thrown).GetFrame(0)?.GetMethod()?.DeclaringType;
        return thrower is not null && (thrower.Assembly == typeof(Machine).Assembly || thrower.IsAssignableTo(typeof(Exception)));
    }

    private static string Show(object? argument) => argument switch
    {
        null => "null",
        nuint address => $"0x{address:X}",
        Delegate or byte[] => argument.GetType().Name,
        _ => argument.ToString() ?? "",
    };

    private static object?[] Arguments(EntryPoint entry, BadInputRig rig, int[] choices) =>
        [.. entry.Types.Select((type, i) => rig.Argument(type, choices[i]))];

    private static void AtDispatch(Action call)
    {
        KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        call();
        KernelCore.KeLowerIrql(old);
    }
}
