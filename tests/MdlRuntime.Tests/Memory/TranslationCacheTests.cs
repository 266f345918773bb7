using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Memory;

/// <summary>Accesses may take a short cut through the page tables, but never past a change of them.</summary>
public sealed class TranslationCacheTests : IDisposable
{
    private readonly Machine _machine = new();
    private readonly UserProcess _process;
    private readonly nuint _buffer;

    public TranslationCacheTests()
    {
        _process = _machine.CreateProcess("first");
        _buffer = _process.Allocate(PAGE_SIZE);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_page_that_was_written_refuses_writes_once_it_is_read_only() => _process.Run(() =>
    {
        VirtualMemory.Write(_buffer, 1);

        _process.Protect(_buffer, PAGE_SIZE, PageProtection.PAGE_READONLY);

        Assert.Equal(1, VirtualMemory.Read<int>(_buffer));
        Assert.Throws<NtStatusException>(() => VirtualMemory.Write(_buffer, 2));
    });

    [Fact]
    public void A_page_that_was_read_does_not_become_writable_by_it() => _process.Run(() =>
    {
        _process.Protect(_buffer, PAGE_SIZE, PageProtection.PAGE_READONLY);
        VirtualMemory.Read<int>(_buffer);

        Assert.Throws<NtStatusException>(() => VirtualMemory.Write(_buffer, 2));
    });

    [Fact]
    public void A_freed_page_is_out_of_reach() => _process.Run(() =>
    {
        VirtualMemory.Write(_buffer, 1);

        _process.Free(_buffer);

        Assert.Throws<NtStatusException>(() => VirtualMemory.Read<int>(_buffer));
    });

    [Fact]
    public void The_same_address_of_two_processes_names_two_pages()
    {
        UserProcess other = _machine.CreateProcess("second");
        Assert.Equal(_buffer, other.Allocate(PAGE_SIZE));
        other.Run(() => VirtualMemory.Write(_buffer, 2));
        _process.Run(() =>
        {
            VirtualMemory.Write(_buffer, 1);
            KernelCore.KeStackAttachProcess(other.Object);
            int attached = VirtualMemory.Read<int>(_buffer);
            KernelCore.KeUnstackDetachProcess();

            Assert.Equal(2, attached);
            Assert.Equal(1, VirtualMemory.Read<int>(_buffer));
        });
    }

    [Fact]
    public void A_known_user_page_is_still_reported_at_raised_IRQL() => Assert.Throws<BugCheckException>(() => _process.Run(() =>
    {
        VirtualMemory.Write(_buffer, 1);
        KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out _);
        VirtualMemory.Read<int>(_buffer);
    }));

    [Fact]
    public void Memory_of_a_stopped_machine_is_out_of_reach() => Assert.Throws<BugCheckException>(() => _process.Run(() =>
    {
        VirtualMemory.Write(_buffer, 1);
        Assert.Throws<BugCheckException>(() => KernelCore.KeBugCheckEx(0xE2, 0, 0, 0, 0));

        Assert.Throws<BugCheckException>(() => VirtualMemory.Read<int>(_buffer));
    }));

    [Fact]
    public void Old_translations_stay_forgotten_after_any_number_of_changes() => _process.Run(() =>
    {
        VirtualMemory.Write(_buffer, 1);
        _process.Protect(_buffer, PAGE_SIZE, PageProtection.PAGE_NOACCESS);
        nuint other = _process.Allocate(PAGE_SIZE);
        for (int i = 0; i < 3 * 4096; i++)
        {
            _process.Protect(other, PAGE_SIZE, PageProtection.PAGE_READWRITE);
            Assert.Throws<NtStatusException>(() => VirtualMemory.Read<int>(_buffer));
        }
    });

    [Fact]
    public void A_value_larger_than_a_page_is_read_whole() => _process.Run(() =>
    {
        nuint large = _process.Allocate(3 * PAGE_SIZE);
        VirtualMemory.Write<ulong>(large + 4096, 7);

        Assert.Equal(7UL, VirtualMemory.Read<LargeValue>(large).Last);
    });

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 4104)]
    private struct LargeValue
    {
        [System.Runtime.InteropServices.FieldOffset(4096)]
        public ulong Last;
    }
}
