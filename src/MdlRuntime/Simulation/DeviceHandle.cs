using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public sealed class DeviceHandle : IDisposable
{
    public IoStatusBlock Read(nuint buffer, uint length, long byteOffset = 0) => throw null!;
    public IoStatusBlock Write(nuint buffer, uint length, long byteOffset = 0) => throw null!;
    public IoStatusBlock DeviceIoControl(uint code, nuint input, uint inputLength, nuint output, uint outputLength) => throw null!;
    public Task<IoStatusBlock> ReadAsync(nuint buffer, uint length, long byteOffset = 0) => throw null!;
    public Task<IoStatusBlock> WriteAsync(nuint buffer, uint length, long byteOffset = 0) => throw null!;
    public void Dispose() => throw null!;
}
