using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>A chain of locked MDLs and what all bytes of their pages must be, those around the buffers too.</summary>
internal sealed class Chain
{
    private readonly List<byte[]> _pages = [];

    public List<Mdl> Mdls { get; } = [];

    /// <summary>Where in the chain each MDL begins.</summary>
    public List<uint> Starts { get; } = [];

    public uint Length { get; private set; }

    public uint Pages => PagesOf(0, Length);

    public bool IsMapped { get; set; }

    public bool IsBusy(Chain other) => other == this || other.IsMapped;

    public void Add(DmaBench bench, Mdl mdl, Random random)
    {
        byte[] pages = new byte[mdl.Pfns.Length * PAGE_SIZE];
        random.NextBytes(pages);
        for (int i = 0; i < mdl.Pfns.Length; i++)
            pages.AsSpan(i * (int)PAGE_SIZE, (int)PAGE_SIZE).CopyTo(Frame(bench, mdl, i));
        if (Mdls.Count > 0)
            Mdls[^1].Next = mdl;
        Mdls.Add(mdl);
        Starts.Add(Length);
        _pages.Add(pages);
        Length += (uint)mdl.Length;
    }

    /// <summary>Pages that a range touches, MDL by MDL.</summary>
    public uint PagesOf(uint start, uint length)
    {
        uint pages = 0;
        Walk(start, length, (mdl, offset, count, _) => pages += ADDRESS_AND_SIZE_TO_SPAN_PAGES(Mdls[mdl].ByteOffset + offset, count));
        return pages;
    }

    public byte[] Expected(uint start, uint length)
    {
        byte[] bytes = new byte[length];
        Walk(start, length, (mdl, offset, count, done) => _pages[mdl].AsSpan((int)(Mdls[mdl].ByteOffset + offset), (int)count).CopyTo(bytes.AsSpan((int)done)));
        return bytes;
    }

    public void Expect(uint start, byte[] bytes) =>
        Walk(start, (uint)bytes.Length, (mdl, offset, count, done) =>
            bytes.AsSpan((int)done, (int)count).CopyTo(_pages[mdl].AsSpan((int)(Mdls[mdl].ByteOffset + offset))));

    /// <summary>The processor writes other bytes into a range.</summary>
    public void Change(DmaBench bench, uint start, uint length, Random random)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        Expect(start, bytes);
        Walk(start, length, (mdl, offset, count, done) => bench.Write(Mdls[mdl], Mdls[mdl].VirtualAddress + offset, bytes.AsSpan((int)done, (int)count)));
    }

    public void AssertExact(DmaBench bench)
    {
        for (int mdl = 0; mdl < Mdls.Count; mdl++)
        {
            for (int i = 0; i < Mdls[mdl].Pfns.Length; i++)
            {
                ReadOnlySpan<byte> expected = _pages[mdl].AsSpan(i * (int)PAGE_SIZE, (int)PAGE_SIZE), actual = Frame(bench, Mdls[mdl], i);
                int same = expected.CommonPrefixLength(actual);
                if (same < expected.Length)
                    Assert.Fail($"MDL {mdl} of a chain, page {i}: byte 0x{same:X} is {actual[same]:X2} instead of {expected[same]:X2}");
            }
        }
    }

    public void Unlock(DmaBench bench) => bench.App.Run(() =>
    {
        foreach (Mdl mdl in Mdls)
        {
            nuint address = mdl.StartVa;
            MemoryManager.MmUnlockPages(mdl);
            IoManager.IoFreeMdl(mdl);
            bench.App.Free(address);
        }
    });

    private static Span<byte> Frame(DmaBench bench, Mdl mdl, int page) => bench.Machine.System.Memory.Arena.Bytes(new(mdl.Pfns[page]), 0, (int)PAGE_SIZE);

    /// <summary>The parts of a range: MDL, offset in it, bytes, and bytes before.</summary>
    private void Walk(uint start, uint length, Action<int, uint, uint, uint> visit)
    {
        uint done = 0;
        for (int i = 0; i < Mdls.Count && done < length; i++)
        {
            uint end = Starts[i] + (uint)Mdls[i].Length;
            if (start + done >= end)
                continue;
            uint offset = start + done - Starts[i], count = Math.Min(length - done, end - start - done);
            visit(i, offset, count, done);
            done += count;
        }
    }
}
