namespace MdlRuntime.Devices;

/// <summary>The registers of a device model, behind a <see cref="RegisterWindow"/>.</summary>
/// <remarks>Called on the thread of the code that touches the registers, at its IRQL. An access is 1, 2, 4 or 8 bytes long and naturally aligned.</remarks>
public interface IDeviceRegisters
{
    /// <summary>Answers a read, which may have side effects.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <returns>The value; only the low bytes count.</returns>
    ulong Read(ulong offset, int size);

    /// <summary>Takes a write.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value, zero-extended.</param>
    void Write(ulong offset, int size, ulong value);
}
