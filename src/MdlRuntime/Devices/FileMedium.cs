using Microsoft.Win32.SafeHandles;

namespace MdlRuntime.Devices;

/// <summary>A file of the host as the medium of a <see cref="BlockDevice"/>: each transfer is one positional, vectored call on it.</summary>
/// <remarks>
/// The file is opened when it is first needed, so a device over a missing file is like a drive without a disk: it answers, with
/// an error. The size of the medium is that of the file when it was opened; a file that shrinks later is a defective medium, and
/// one that grows shows its first part only.
/// </remarks>
public sealed class FileMedium : IBlockMedium, IDisposable
{
    private readonly string _path;
    private readonly FileAccess _access;
    private SafeFileHandle? _file;
    private long _length;
    private bool _disposed;

    /// <summary>Makes a medium of a file, without opening it.</summary>
    /// <param name="path">Path of the file. It is neither created nor resized.</param>
    /// <param name="access"><see cref="FileAccess.Read"/> for a medium that refuses to be written, <see cref="FileAccess.ReadWrite"/> otherwise.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another access.</exception>
    public FileMedium(string path, FileAccess access = FileAccess.Read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (access is not (FileAccess.Read or FileAccess.ReadWrite))
            throw new ArgumentOutOfRangeException(nameof(access), access, "allowed: Read, ReadWrite");
        (_path, _access) = (path, access);
    }

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            Open();
            return _length;
        }
    }

    /// <inheritdoc/>
    public bool IsReadOnly => _access == FileAccess.Read;

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The file has shrunk since it was opened, and bytes of this range are gone.</exception>
    public long Read(long offset, IReadOnlyList<Memory<byte>> destination)
    {
        SafeFileHandle file = Open();
        long moved = RandomAccess.Read(file, destination, offset);
        // The device asks for bytes of the medium only: where they are missing, the medium may have changed.
        long wanted = 0;
        for (int i = 0; i < destination.Count; i++)
            wanted += destination[i].Length;
        if (moved < wanted)
            ThrowIfShrunk(file);
        return moved;
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The file has shrunk since it was opened; nothing was written.</exception>
    public long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source)
    {
        SafeFileHandle file = Open();
        ThrowIfShrunk(file);
        RandomAccess.Write(file, source, offset);

        long moved = 0;
        for (int i = 0; i < source.Count; i++)
            moved += source[i].Length;
        return moved;
    }

    /// <summary>Closes the file: the medium is taken out of the device.</summary>
    public void Dispose()
    {
        _disposed = true;
        _file?.Dispose();
    }

    private SafeFileHandle Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_file is null)
        {
            _file = File.OpenHandle(_path, FileMode.Open, _access, FileShare.ReadWrite | FileShare.Delete);
            _length = RandomAccess.GetLength(_file);
        }

        return _file;
    }

    private void ThrowIfShrunk(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        if (length < _length)
            throw new EndOfStreamException($"{_path} has shrunk from {_length} to {length} bytes");
    }
}
