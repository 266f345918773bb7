namespace MdlRuntime;

/// <summary>A piece of an MDL that the device reaches as one range of logical addresses.</summary>
internal struct MappedRun
{
    public Mdl Mdl;

    /// <summary>Position of the first byte in the MDL's virtual range.</summary>
    public nuint Va;

    public uint Length;

    public PhysicalAddress Logical;

    /// <summary>Physical address of the first byte in the bounce pages; meaningful only if <see cref="IsBounced"/>.</summary>
    public ulong Bounce;

    public bool IsBounced;

    public bool WriteToDevice;

    /// <summary>The domain that translates the run's logical addresses; null without IOMMU.</summary>
    public IommuDmaDomain? Domain;

    /// <summary>A flush ended the operation before it named this run: the run may still be flushed, and no longer counts as mapped.</summary>
    public bool IsLoose;

    /// <summary>The run goes on with what the run before it began: one MapTransferEx call mapped both.</summary>
    public bool IsContinued;

    /// <summary>What the device may use.</summary>
    public readonly BusRange Range => new(Logical, Length, WriteToDevice);

    public readonly nuint End => Va + Length;

    public readonly bool Overlaps(Mdl mdl, nuint va, uint length) => Mdl == mdl && va < End && Va < va + length;
}
