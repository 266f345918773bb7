using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Simulation;

/// <summary>Threads of a process that run user code beside everything else.</summary>
public sealed class UserThreadTests
{
    [Fact]
    public void A_thread_runs_in_its_process_in_user_mode()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);
        nuint pool = machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 16, 1));
        (EProcess?, EThread?, KProcessorMode) seen = default;
        NtStatus kernelAddress = default;

        EThread thread = process.StartThread(() =>
        {
            VirtualMemory.Write(buffer, 42);
            seen = (ProcessStructure.PsGetCurrentProcess(), ProcessStructure.PsGetCurrentThread(), machine.System.Processor.Mode);
            kernelAddress = Assert.Throws<NtStatusException>(() => VirtualMemory.Read<int>(pool)).Status;
        });
        Assert.Null(seen.Item1);
        machine.RunUntilIdle();

        Assert.Equal((process.Object, thread, KProcessorMode.UserMode), seen);
        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, kernelAddress);
        process.Run(() => Assert.Equal(42, VirtualMemory.Read<int>(buffer)));
    }

    [Fact]
    public void A_thread_blocks_in_its_own_request_and_others_go_on()
    {
        Irp? pended = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pended = irp;
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(16);
        IoStatusBlock result = default;
        EThread thread = test.Process.StartThread(() => result = test.Handle.Read(buffer, 16));

        test.Machine.RunUntilIdle();
        Assert.Same(thread, pended!.Thread);
        test.Process.Write(buffer, [1]);
        test.Machine.Run(() => Complete(pended!, NtStatus.STATUS_SUCCESS, 16));
        test.Machine.RunUntilIdle();

        Assert.Equal((NtStatus.STATUS_SUCCESS, 16u), (result.Status, (uint)result.Information));
    }

    [Fact]
    public void An_exception_of_user_code_comes_out_of_the_call_that_runs_the_machine()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        process.StartThread(() => process.Read(0x1000, new byte[1]));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(machine.RunUntilIdle).Status);

        machine.RunUntilIdle();
        process.Allocate(1);
    }

    [Fact]
    public void Exit_ends_threads_that_wait_and_those_that_never_ran()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(16);
        int returned = 0, ended = 0;
        test.Process.StartThread(() => Count(() => test.Handle.Read(buffer, 16)));
        test.Machine.RunUntilIdle();
        test.Process.StartThread(() => Count(() => test.Process.Allocate(1)));

        test.Process.Exit();

        Assert.Equal((0, 1), (returned, ended));
        test.Machine.RunUntilIdle();

        void Count(Action call)
        {
            try
            {
                call();
                returned++;
            }
            finally
            {
                ended++;
            }
        }
    }

    [Fact]
    public void A_thread_that_ends_its_process_ends_with_it()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        bool survived = false;
        process.StartThread(() =>
        {
            process.Exit();
            process.Allocate(1);
            survived = true;
        });

        machine.RunUntilIdle();

        Assert.False(survived);
        Assert.Throws<InvalidOperationException>(() => process.Allocate(1));
    }

    [Fact]
    public void Disposing_the_machine_ends_threads_that_wait()
    {
        bool ended = false;
        using (var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        }))
        {
            nuint buffer = test.Process.Allocate(16);
            test.Process.StartThread(() =>
            {
                try
                {
                    test.Handle.Read(buffer, 16);
                }
                finally
                {
                    ended = true;
                }
            });
            test.Machine.RunUntilIdle();
        }

        Assert.True(ended);
    }

    [Fact, Proves("MDL-452", "MDL-165", "MDL-395")]
    public void A_thread_changes_reprotects_and_frees_the_buffer_while_the_driver_works()
    {
        var seen = new List<int>();
        nuint buffer = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            nuint address = MemoryManager.MmGetSystemAddressForMdlSafe(irp.MdlAddress!, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            for (int i = 0; i < 4; i++)
            {
                seen.Add(VirtualMemory.Read<int>(address));
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10);
            }

            VirtualMemory.Write(address, 99);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });
        long frames = test.Machine.FreeFrames;
        buffer = test.Process.Allocate(16);
        test.Process.StartThread(() =>
        {
            VirtualMemory.Write(buffer, 1);
            test.Process.Protect(buffer, 1, PageProtection.PAGE_NOACCESS);
            test.Process.Trim();
            test.Process.Free(buffer);
        });

        IoStatusBlock result = test.Handle.Read(buffer, 16);

        Assert.Equal([0, 1, 1, 1], seen);
        Assert.Equal((NtStatus.STATUS_SUCCESS, frames, 0), (result.Status, test.Machine.FreeFrames, test.Process.LockedPages));
    }
}
