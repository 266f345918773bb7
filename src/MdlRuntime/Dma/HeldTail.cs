namespace MdlRuntime;

/// <summary>Bytes at the end of a device's last write that have not left the controller's buffer.</summary>
internal sealed class HeldTail
{
    /// <summary>Bytes that the controller moves at a time.</summary>
    public const uint Unit = 8;

    private readonly byte[] _bytes = new byte[Unit];
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>Where the first one goes.</summary>
    public ulong Physical { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    public void Hold(ulong physical, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes);
        (Physical, _count) = (physical, bytes.Length);
    }

    public void Clear() => _count = 0;
}
