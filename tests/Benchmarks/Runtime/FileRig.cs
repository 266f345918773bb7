using DmaDisk;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using Microsoft.Win32.SafeHandles;

namespace Benchmarks;

/// <summary>
/// Reads of a file into scattered pages of a machine: through the sample's driver, adapter and disk; by one vectored call of the host into the
/// very same pages; and by a plain call whose bytes are then copied there.
/// </summary>
internal sealed class FileRig : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly Machine _machine;
    private readonly DeviceHandle _handle;
    private readonly FileMedium _medium;
    private readonly SafeFileHandle _file;
    private readonly PieceRecorder _recorder;
    private readonly nuint _buffer;
    private readonly byte[] _intermediate;
    private readonly uint _length;

    public FileRig(int pages)
    {
        _length = (uint)pages * PAGE_SIZE;
        _intermediate = new byte[_length];
        Random.Shared.NextBytes(_intermediate);
        File.WriteAllBytes(_path, _intermediate);
        _file = File.OpenHandle(_path);
        _medium = new(_path);
        _recorder = new(_medium);
        _machine = new(new() { Verifier = VerifierMode.Off, MapRegisters = 512 });
        var disk = new BlockDevice(_machine, _recorder, new() { MaximumElements = (uint)pages });
        _machine.Plug(_machine.LoadDriver("disk", new DiskDriver(disk).DriverEntry));
        UserProcess process = _machine.CreateProcess("benchmark");
        _handle = process.Open(DiskDriver.DeviceName);
        _buffer = process.Allocate(_length);
        Request(1);
        if (_recorder.Calls != 1 || _recorder.Pieces.Length < pages / 2)
            throw new InvalidOperationException($"{_recorder.Calls} transfers, the last of {_recorder.Pieces.Length} pieces");
    }

    /// <summary>NtReadFile, driver, adapter, device, interrupt, DPC, completion.</summary>
    public ulong Request(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
            sum += _handle.Read(_buffer, _length, 0).Information;
        return sum == (ulong)times * _length ? sum : throw new InvalidOperationException($"{times} reads returned {sum} bytes");
    }

    public ulong Vectored(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
            sum += (ulong)RandomAccess.Read(_file, _recorder.Pieces, 0);
        return sum;
    }

    public ulong ReadThenCopy(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += (ulong)RandomAccess.Read(_file, _intermediate, 0);
            int done = 0;
            foreach (Memory<byte> piece in _recorder.Pieces)
            {
                _intermediate.AsSpan(done, piece.Length).CopyTo(piece.Span);
                done += piece.Length;
            }
        }

        return sum;
    }

    public void Dispose()
    {
        _machine.Dispose();
        _medium.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    /// <summary>Notes which memory the device fills.</summary>
    private sealed class PieceRecorder(FileMedium medium) : IBlockMedium
    {
        public Memory<byte>[] Pieces { get; private set; } = [];

        public int Calls { get; private set; }

        public long Length => medium.Length;

        public bool IsReadOnly => medium.IsReadOnly;

        public long Read(long offset, IReadOnlyList<Memory<byte>> destination)
        {
            if (Calls++ == 0)
                Pieces = [.. destination];
            return medium.Read(offset, destination);
        }

        public long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source) => medium.Write(offset, source);
    }
}
