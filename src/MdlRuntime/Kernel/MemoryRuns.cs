using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Enumerates a virtual range as spans, each as long as its frames are contiguous.</summary>
public ref struct MemoryRuns
{
    private readonly Processor _processor;
    private nuint _address;
    private nuint _length;

    internal MemoryRuns(Processor processor, nuint address, nuint length)
    {
        _processor = processor;
        _address = address;
        _length = length;
    }

    /// <summary>The run that <see cref="MoveNext"/> found.</summary>
    public Span<byte> Current { readonly get; private set; }

    /// <summary>Returns this enumerator.</summary>
    /// <returns>The enumerator, for <c>foreach</c>.</returns>
    public readonly MemoryRuns GetEnumerator() => this;

    /// <summary>Advances to the next run.</summary>
    /// <returns>False at the end of the range.</returns>
    /// <exception cref="NtStatusException">The user address cannot be read.</exception>
    public bool MoveNext()
    {
        if (_length == 0)
            return false;

        ref byte first = ref _processor.Access(_address, MemoryAccess.Read);
        if (Unsafe.IsNullRef(ref first))
            throw new InvalidOperationException($"at {_address:X16} a device answers, not memory: use VirtualMemory.Read and Write");
        nuint run = 0;
        do
        {
            nuint part = (nuint)MemoryAccesses.PartOfPage(_address, _length);
            (run, _address, _length) = (run + part, _address + part, _length - part);
        }
        while (_length > 0 && run < int.MaxValue - PAGE_SIZE
            && Unsafe.AreSame(ref Unsafe.Add(ref first, run), ref _processor.Access(_address, MemoryAccess.Read)));

        Current = MemoryMarshal.CreateSpan(ref first, (int)run);
        return true;
    }
}
