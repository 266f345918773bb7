using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.ScatterGatherList)]
public sealed class ScatterGatherList
{
    /// <summary>A caller-supplied list with room for <paramref name="capacity"/> elements (MapTransferEx, BuildScatterGatherList).</summary>
    public static ScatterGatherList WithCapacity(uint capacity) => throw null!;
    public uint NumberOfElements => throw null!;
    public ReadOnlySpan<ScatterGatherElement> Elements => throw null!;
}
