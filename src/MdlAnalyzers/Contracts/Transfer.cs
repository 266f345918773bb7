namespace MdlAnalyzers.Contracts;

/// <summary>The requests that carry a buffer. Mirrors <c>MdlTransfer</c> of the runtime by member name.</summary>
[Flags]
internal enum Transfer
{
    None = 0,
    Read = 1,
    Write = 2,
    DeviceControl = 4,
    Any = Read | Write | DeviceControl,
}
