using FsCheck;
using FsCheck.Fluent;

namespace MdlRuntime.Tests.Dma;

/// <summary>How a range is cut into operations.</summary>
internal enum TransferSplit
{
    /// <summary>As much as the registers carry from the offset in the first page on.</summary>
    Exact,

    /// <summary>One page fewer than there are registers, which does for any offset.</summary>
    Conservative,

    /// <summary>Up to the end of a page.</summary>
    Pages,

    /// <summary>At most three sectors of 512 bytes: a limit of the device.</summary>
    Sectors,
}

/// <summary>One transfer; the numbers choose among what there is, so that every script means something, shortened ones too.</summary>
/// <param name="Adapter">Chooses the adapter.</param>
/// <param name="Chain">Chooses the chain of MDLs.</param>
/// <param name="Shape">Decides what a new chain and the data look like; 0 for one MDL of a single byte.</param>
/// <param name="Start">Where in the chain the transfer starts.</param>
/// <param name="Length">How much of the rest it moves.</param>
/// <param name="Registers">How many registers it asks for, up to the most there are.</param>
/// <param name="Split">How it is cut.</param>
/// <param name="WriteToDevice">Direction.</param>
/// <param name="UsesList">Whether by scatter/gather list.</param>
/// <param name="IsShort">Whether operations fall short.</param>
/// <param name="FlushesRuns">Whether every run of an operation is flushed alone, which the routines of version 3 do not allow.</param>
/// <param name="MakesChain">Whether a new chain is made for it.</param>
/// <param name="Encloses">Whether the next transfer takes place while this one is mapped.</param>
internal sealed record TransferStep(
    int Adapter, int Chain, int Shape, int Start, int Length, int Registers, TransferSplit Split,
    bool WriteToDevice, bool UsesList, bool IsShort, bool FlushesRuns, bool MakesChain, bool Encloses)
{
    public static Gen<TransferStep> Generator { get; } =
        from adapter in Gen.Choose(0, 255)
        from chain in Gen.Choose(0, 255)
        from shape in Gen.Choose(1, 1 << 20)
        from start in Gen.Frequency([(1, Gen.Constant(0)), (3, Gen.Choose(0, 1 << 16))])
        from length in Gen.Frequency([(1, Gen.Constant(int.MaxValue)), (1, Gen.Constant(0)), (3, Gen.Choose(0, 1 << 16))])
        from registers in Gen.Choose(0, 255)
        from split in Gen.Elements(Enum.GetValues<TransferSplit>())
        from flags in Gen.Choose(0, 31)
        from rarely in Gen.Choose(0, 31)
        select new TransferStep(adapter, chain, shape, start, length, registers, split, (flags & 1) != 0, (flags & 2) != 0, (flags & 12) == 0, (flags & 16) != 0, rarely < 6, rarely % 3 == 0);

    public IEnumerable<TransferStep> Simpler()
    {
        if (Encloses)
            yield return this with { Encloses = false };
        if (IsShort)
            yield return this with { IsShort = false };
        if (FlushesRuns)
            yield return this with { FlushesRuns = false };
        if (UsesList)
            yield return this with { UsesList = false };
        if (Split != TransferSplit.Exact)
            yield return this with { Split = TransferSplit.Exact };
        foreach (int simpler in Simpler(Adapter))
            yield return this with { Adapter = simpler };
        foreach (int simpler in Simpler(Chain))
            yield return this with { Chain = simpler };
        foreach (int simpler in Simpler(Start))
            yield return this with { Start = simpler };
        foreach (int simpler in Simpler(Length))
            yield return this with { Length = simpler };
        foreach (int simpler in Simpler(Registers))
            yield return this with { Registers = simpler };
        if (Shape != 0)
            yield return this with { Shape = 0 };
    }

    private static IEnumerable<int> Simpler(int number)
    {
        if (number != 0)
            yield return 0;
        if (number > 1)
        {
            yield return number / 2;
            yield return number - 1;
        }
    }
}
