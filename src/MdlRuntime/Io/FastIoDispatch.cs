namespace MdlRuntime;

/// <summary>Transfers a cached file without a request. IRQL PASSIVE_LEVEL, in the context of the caller. WDK: FAST_IO_READ, FAST_IO_WRITE.</summary>
/// <param name="file">The open file.</param>
/// <param name="byteOffset">Position in bytes.</param>
/// <param name="length">Length in bytes.</param>
/// <param name="buffer">The caller's pointer, probed but neither locked nor mapped.</param>
/// <param name="ioStatus">The result.</param>
/// <param name="device">The target.</param>
/// <returns>False to have a request made instead.</returns>
public delegate bool FastIoTransfer(FileObject file, long byteOffset, uint length, nuint buffer, ref IoStatusBlock ioStatus, DeviceObject device);

/// <summary>Handles a control code without a request. IRQL PASSIVE_LEVEL, in the context of the caller. WDK: FAST_IO_DEVICE_CONTROL.</summary>
/// <param name="file">The open file.</param>
/// <param name="inputBuffer">The caller's input pointer, whatever the transfer type.</param>
/// <param name="inputBufferLength">Its length in bytes.</param>
/// <param name="outputBuffer">The caller's output pointer, whatever the transfer type.</param>
/// <param name="outputBufferLength">Its length in bytes.</param>
/// <param name="ioControlCode">The control code.</param>
/// <param name="ioStatus">The result.</param>
/// <param name="device">The target.</param>
/// <returns>False to have a request made instead.</returns>
public delegate bool FastIoDeviceControl(FileObject file, nuint inputBuffer, uint inputBufferLength, nuint outputBuffer, uint outputBufferLength,
    uint ioControlCode, ref IoStatusBlock ioStatus, DeviceObject device);

/// <summary>Routines of a driver that are tried before a request is made. WDK: FAST_IO_DISPATCH.</summary>
public sealed class FastIoDispatch
{
    /// <summary>For reads of a cached file.</summary>
    public FastIoTransfer? FastIoRead { get; set; }

    /// <summary>For writes of a cached file.</summary>
    public FastIoTransfer? FastIoWrite { get; set; }

    /// <summary>For control codes.</summary>
    public FastIoDeviceControl? FastIoDeviceControl { get; set; }
}
