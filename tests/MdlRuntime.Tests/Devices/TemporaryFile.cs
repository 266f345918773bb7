namespace MdlRuntime.Tests.Devices;

/// <summary>A file with known bytes, deleted at the end of the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(int length)
    {
        Bytes = Pattern(length);
        File.WriteAllBytes(Path, Bytes);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.medium");

    public byte[] Bytes { get; }

    /// <summary>Bytes that differ from page to page, so that a page in the wrong place shows.</summary>
    public static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(i * 31 + (i >> 8) * 17 + 1);
        return bytes;
    }

    public void Shrink(long length)
    {
        using var stream = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        stream.SetLength(length);
    }

    public void Dispose() => File.Delete(Path);
}
