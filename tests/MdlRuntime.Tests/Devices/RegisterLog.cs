using MdlRuntime.Devices;

namespace MdlRuntime.Tests.Devices;

/// <summary>Registers that answer a read with its offset and remember every access.</summary>
internal sealed class RegisterLog : IDeviceRegisters
{
    public List<(string Kind, ulong Offset, int Size, ulong Value)> Accesses { get; } = [];

    public ulong Read(ulong offset, int size)
    {
        Accesses.Add(("read", offset, size, 0));
        return 0xABCD_0000_0000_0000 | offset;
    }

    public void Write(ulong offset, int size, ulong value) => Accesses.Add(("write", offset, size, value));
}
