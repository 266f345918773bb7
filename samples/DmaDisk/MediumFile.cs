using System.Security.Cryptography;

namespace DmaDisk;

/// <summary>The file on the disk: one that the user named, or one made for this run and deleted with it.</summary>
internal sealed class MediumFile : IDisposable
{
    private const int GeneratedLength = 150_000;
    private readonly bool _isGenerated;

    private MediumFile(string path, bool isGenerated) => (Path, _isGenerated) = (path, isGenerated);

    public string Path { get; }

    public long Length => new FileInfo(Path).Length;

    /// <summary>Takes an existing file; throws the host's exception if it cannot be read.</summary>
    public static MediumFile Open(string path)
    {
        using FileStream readable = File.OpenRead(path);
        return new(path, isGenerated: false);
    }

    /// <summary>Makes a file whose bytes are the same on every run, and different on every page.</summary>
    public static MediumFile Generate()
    {
        var bytes = new byte[GeneratedLength];
        uint state = 1;
        foreach (ref byte b in bytes.AsSpan())
        {
            state = state * 1664525 + 1013904223;
            b = (byte)(state >> 24);
        }

        string path = System.IO.Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        return new(path, isGenerated: true);
    }

    /// <summary>SHA-256 of the first bytes of the file, read as any program would read them.</summary>
    public byte[] Hash(long length)
    {
        using FileStream stream = File.OpenRead(Path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        while (length > 0)
        {
            int count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, length));
            if (count == 0)
                break;

            hash.AppendData(buffer, 0, count);
            length -= count;
        }

        return hash.GetHashAndReset();
    }

    public void Dispose()
    {
        if (_isGenerated)
            File.Delete(Path);
    }
}
