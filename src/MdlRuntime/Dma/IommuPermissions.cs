namespace MdlRuntime;

/// <summary>What a device may do through a page of a domain (DMA-024).</summary>
[Flags]
internal enum IommuPermissions : uint
{
    None = 0,
    Read = 1,
    Write = 2,
}
