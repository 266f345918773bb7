namespace MdlRuntime;

/// <summary>How an attempt to bring a page back into memory ended.</summary>
internal enum PageIn : byte
{
    Done,
    NoFrame,

    /// <summary>The medium did not give the contents back.</summary>
    ReadError,
}
