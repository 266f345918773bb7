namespace MdlRuntime;

/// <summary>A live pool allocation: a part of <paramref name="Page"/>, or <paramref name="PageCount"/> pages of its own.</summary>
internal readonly record struct PoolBlock(nuint Size, uint Tag, int PageCount, PoolPage? Page, IPoolOwner? Owner = null);
