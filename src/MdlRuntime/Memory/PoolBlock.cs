namespace MdlRuntime;

/// <summary>A live pool allocation.</summary>
internal readonly record struct PoolBlock(nuint Size, uint Tag, int PageCount, int SizeClass);
