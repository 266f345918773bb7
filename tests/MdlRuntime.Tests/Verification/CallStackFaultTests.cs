using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>Systematic low-resources simulation: every call stack fails once.</summary>
public sealed class CallStackFaultTests
{
    [Fact, Proves("MDL-509")]
    public void The_first_call_from_each_place_fails_and_later_ones_succeed()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailOncePerCallStack();

        bool[] first = machine.Run(Scenario), second = machine.Run(Scenario), third = machine.Run(Scenario);

        Assert.Equal([true, true, true], first);
        Assert.Equal([false, false, false], second);
        Assert.Equal(second, third);
        Assert.Equal(3, machine.Faults.FailedCallStacks.Count);
        Assert.All(machine.Faults.FailedCallStacks, stack => Assert.StartsWith("IoAllocateMdl < ", stack, StringComparison.Ordinal));
    }

    [Fact]
    public void Who_entered_the_machine_makes_no_other_stack()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailOncePerCallStack();

        Assert.True(machine.Run(s_allocate));
        Assert.False(AskElsewhere());

        [MethodImpl(MethodImplOptions.NoInlining)]
        bool AskElsewhere() => machine.Run(s_allocate);
    }

    [Fact]
    public void A_later_run_goes_on_where_the_log_of_an_earlier_one_ended()
    {
        using var file = new TemporaryFile(0);
        using (Machine machine = NewMachine())
        {
            machine.Faults.FailOncePerCallStack();
            machine.Run(() => Fails());
            machine.Faults.SaveCallStacks(file.Path);
        }

        using Machine next = NewMachine();
        next.Faults.LoadCallStacks(file.Path);
        next.Faults.FailOncePerCallStack();

        Assert.Single(next.Faults.FailedCallStacks);
        Assert.True(next.Run(s_allocate));
        Assert.Equal(2, next.Faults.FailedCallStacks.Count);
    }

    [Fact]
    public void A_log_that_does_not_exist_yet_is_empty()
    {
        using Machine machine = NewMachine();

        machine.Faults.LoadCallStacks(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.log"));

        Assert.Empty(machine.Faults.FailedCallStacks);
    }

    [Fact]
    public void Repeating_a_scenario_until_no_stack_is_new_takes_every_failure_path_once()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailOncePerCallStack();
        int runs = 0, known;
        do
        {
            known = machine.Faults.FailedCallStacks.Count;
            machine.Run(FailsEarly);
            runs++;
        }
        while (machine.Faults.FailedCallStacks.Count > known);

        Assert.Equal((4, 3), (runs, known));

        static void FailsEarly()
        {
            // A driver that gives up at the first failure is led one step further by each run.
            if (!Fails() && !Fails())
                Fails();
        }
    }

    private static readonly Func<bool> s_allocate = Fails;

    private static bool[] Scenario()
    {
        bool first = Fails();
        bool second = Fails();
        bool nested = Nested();
        return [first, second, nested];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Nested() => Fails();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Fails()
    {
        Mdl? mdl = IoAllocateMdl(0, 1, false, false, null);
        if (mdl is null)
            return true;
        IoFreeMdl(mdl);
        return false;
    }
}
