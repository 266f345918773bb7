namespace MdlRuntime;

/// <summary>The IO_STATUS_BLOCK a driver passes to a request it builds; written when that request completes.</summary>
public sealed class IoStatusHolder
{
    private IoStatusBlock _value;

    /// <summary>The status block.</summary>
    public ref IoStatusBlock Value => ref _value;
}
