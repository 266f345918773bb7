namespace MdlRuntime.Devices;

/// <summary>
/// What a <see cref="BlockDevice"/> stores its bytes on. The device hands over the machine's page frames themselves, so an
/// implementation moves the bytes without a copy in between.
/// </summary>
/// <remarks>
/// A medium reports trouble with the host's own exceptions, and the device turns them into its error register:
/// <see cref="FileNotFoundException"/>, <see cref="DirectoryNotFoundException"/> and <see cref="ObjectDisposedException"/> into
/// <see cref="BlockDeviceError.NotReady"/>, <see cref="UnauthorizedAccessException"/> into <see cref="BlockDeviceError.AccessDenied"/>, any
/// other <see cref="IOException"/> into <see cref="BlockDeviceError.MediumError"/>. Other exceptions leave the run of the machine.
/// </remarks>
public interface IBlockMedium
{
    /// <summary>Size in bytes. The device never asks for bytes at or beyond it.</summary>
    long Length { get; }

    /// <summary>Whether the medium refuses to be written.</summary>
    bool IsReadOnly { get; }

    /// <summary>Fills pieces of memory, in order, with the bytes from a position on.</summary>
    /// <param name="offset">Position of the first byte, in bytes.</param>
    /// <param name="destination">The pieces; the list is valid during the call only.</param>
    /// <returns>Bytes moved; fewer than the pieces hold is a short transfer.</returns>
    long Read(long offset, IReadOnlyList<Memory<byte>> destination);

    /// <summary>Stores pieces of memory, in order, at a position.</summary>
    /// <param name="offset">Position of the first byte, in bytes.</param>
    /// <param name="source">The pieces; the list is valid during the call only.</param>
    /// <returns>Bytes moved; fewer than the pieces hold is a short transfer.</returns>
    long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source);
}
