using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>Which calls a fault plan makes fail.</summary>
public sealed class FaultPlanTests
{
    private const string AllocateMdl = nameof(IoAllocateMdl);

    [Theory, Proves("MDL-512", "MDL-089")]
    [InlineData(1)]
    [InlineData(3)]
    public void The_nth_call_from_now_fails_and_no_other(int n)
    {
        using Machine machine = NewMachine();
        machine.Run(() => IoAllocateMdl(0, 1, false, false, null));
        machine.Faults.FailNth(AllocateMdl, n);

        bool[] failed = Calls(machine, count: 6);

        Assert.Equal(Enumerable.Range(1, 6).Select(call => call == n), failed);
    }

    [Fact, Proves("MDL-512")]
    public void Calls_of_other_routines_are_not_counted()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailNth(AllocateMdl, 1);

        Assert.NotEqual(0u, machine.Run(() => ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, Tag)));
        Assert.Equal([true, false], Calls(machine, count: 2));
    }

    [Fact]
    public void Two_plans_both_count_every_call()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailNth(AllocateMdl, 1);
        machine.Faults.FailNth(AllocateMdl, 2);

        Assert.Equal([true, true, false], Calls(machine, count: 3));
    }

    [Fact, Proves("MDL-510")]
    public void The_same_seed_fails_the_same_calls()
    {
        bool[] first = Random(seed: 7), second = Random(seed: 7), other = Random(seed: 8);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count(failed => failed), 20, 80);

        static bool[] Random(int seed)
        {
            using var machine = new Machine(new() { Seed = seed });
            machine.Faults.FailWithProbability(0.25);
            return Calls(machine, count: 200);
        }
    }

    [Fact]
    public void Certainty_and_impossibility_are_probabilities()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailWithProbability(0);
        Assert.DoesNotContain(true, Calls(machine, count: 20));

        machine.Faults.FailWithProbability(1, AllocateMdl);
        Assert.DoesNotContain(false, Calls(machine, count: 20));
    }

    [Fact]
    public void Clearing_ends_every_plan()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailWithProbability(1);
        machine.Faults.FailNth(AllocateMdl, 1);
        machine.Faults.FailOncePerCallStack();

        machine.Faults.Clear();

        Assert.Equal([false, false], Calls(machine, count: 2));
    }

    [Fact, Proves("MDL-510")]
    public void A_plan_may_be_limited_to_a_pool_tag()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailWithProbability(1, tag: 0x42414642);

        machine.Run(() =>
        {
            Assert.Equal(0u, ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 0x42414642));
            Assert.NotEqual(0u, ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, Tag));
            Assert.NotNull(IoAllocateMdl(0, 1, false, false, null));
        });
    }

    [Fact, Proves("MDL-510", "MDL-508")]
    public void A_plan_may_be_limited_to_a_driver()
    {
        var failed = new List<(string Driver, bool Failed)>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) => Use(device, irp, "test", pass: false));
        test.AddFilter((device, irp) => Use(device, irp, "filter", pass: true));
        test.Machine.Faults.FailWithProbability(1, driver: "FILTER");

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal([("filter", true), ("test", false), ("filter", true)], failed);

        NtStatus Use(DeviceObject device, Irp irp, string driver, bool pass)
        {
            Allocate(driver);
            if (!pass)
                return TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
            IoSkipCurrentIrpStackLocation(irp);
            NtStatus status = IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
            Allocate(driver);
            return status;
        }

        void Allocate(string driver)
        {
            Mdl? mdl = IoAllocateMdl(0, 1, false, false, null);
            failed.Add((driver, mdl is null));
            if (mdl is not null)
                IoFreeMdl(mdl);
        }
    }

    [Fact]
    public void Callbacks_of_a_driver_are_its_calls()
    {
        var failed = new List<string>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return NtStatus.STATUS_PENDING;
        }, driver =>
        {
            IoInitializeDpcRequest(driver.DeviceObject!, (_, device, irp, _) =>
            {
                Note("dpc");
                TestDevice.Complete(irp!, NtStatus.STATUS_SUCCESS);
                IoStartNextPacket(device, false);
            });
            driver.DriverStartIo = (device, irp) =>
            {
                Note("StartIo");
                IoRequestDpc(device, irp, null);
                IoQueueWorkItem(IoAllocateWorkItem(device)!, (_, _) => Note("work item"), null);
                ProcessStructure.PsCreateSystemThread(out _, _ => Note("thread"), null);
            };
        });
        test.Machine.Faults.FailWithProbability(1, AllocateMdl, driver: "test");

        test.Handle.Read(test.Process.Allocate(8), 8);
        test.Machine.RunUntilIdle();
        test.Machine.Run(() => Note("host"));

        Assert.Equal(["StartIo", "dpc", "thread", "work item"], failed.Order(StringComparer.Ordinal));

        void Note(string where)
        {
            if (IoAllocateMdl(0, 1, false, false, null) is null)
                failed.Add(where);
        }
    }

    [Fact]
    public void The_io_managers_own_calls_are_counted_under_their_own_names()
    {
        Mdl? ofDriver = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            ofDriver = IoAllocateMdl(0, 1, false, false, null);
            return TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(8);
        test.Machine.Faults.FailNth(AllocateMdl, 1);

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(buffer, 8).Status);
        Assert.Null(ofDriver);

        test.Machine.Faults.FailNth("Io!IoAllocateMdl", 1);
        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, test.Handle.Read(buffer, 8).Status);
    }

    [Fact]
    public void A_routine_that_cannot_fail_is_refused_with_the_list_of_those_that_can()
    {
        using Machine machine = NewMachine();

        var refusal = Assert.Throws<ArgumentException>(() => machine.Faults.FailNth(nameof(MmUnlockPages), 1));

        Assert.All(FaultPlan.Routines, routine => Assert.Contains(routine, refusal.Message));
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused()
    {
        using Machine machine = NewMachine();

        Assert.Throws<ArgumentOutOfRangeException>("n", () => machine.Faults.FailNth(AllocateMdl, 0));
        Assert.Throws<ArgumentOutOfRangeException>("probability", () => machine.Faults.FailWithProbability(-0.01));
        Assert.Throws<ArgumentOutOfRangeException>("probability", () => machine.Faults.FailWithProbability(1.01));
        Assert.Throws<ArgumentOutOfRangeException>("probability", () => machine.Faults.FailWithProbability(double.NaN));
        Assert.Throws<ArgumentException>("tag", () => machine.Faults.FailNth(AllocateMdl, 1, tag: Tag));
    }

    [Fact]
    public void Every_failable_routine_is_a_public_one()
    {
        HashSet<string> known = [.. typeof(Machine).Assembly.GetExportedTypes().SelectMany(type => type.GetMethods()).Select(method => method.Name)];

        Assert.All(FaultPlan.Routines, routine => Assert.Contains(routine.Replace("Io!", "", StringComparison.Ordinal), known));
    }

    private static bool[] Calls(Machine machine, int count)
    {
        var failed = new bool[count];
        machine.Run(() =>
        {
            for (int i = 0; i < count; i++)
            {
                Mdl? mdl = IoAllocateMdl(0, 1, false, false, null);
                failed[i] = mdl is null;
                if (mdl is not null)
                    IoFreeMdl(mdl);
            }
        });
        return failed;
    }
}
