using MdlRuntime;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.WdkMacros;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>A machine, verified as a rule, with one driver of the corpus and a program that sends it requests. No two page frames of a buffer are neighbours.</summary>
internal sealed class Rig : IDisposable
{
    private const string DeviceName = @"\Device\Twin";
    private const uint ControlCode = 0x222006;
    private const long Position = 0x5A3;
    private const byte Poison = 0xC5;

    private static readonly MachineOptions s_low = new() { MemoryBytes = 4L << 20, SystemPtes = 1024, CapturedCallSites = 0 };
    private static readonly MachineOptions s_high = s_low with { MemoryBytes = 9L << 30, Frames = FramePolicy.HighFirst };

    private static readonly MachineOptions s_short = s_low with { SystemPtes = 3 };

    private readonly MachineOptions _options;
    private readonly bool _isChain;
    private readonly Machine _machine;
    private readonly Routine _routine;
    private readonly DriverObject _driver;
    private readonly UserProcess _process;
    private readonly DeviceHandle _handle;
    private Board _board = null!;

    public Rig(Routine routine, Cell cell, bool isVerified)
    {
        (_options, _isChain) = (OptionsFor(cell), cell.IsChain);
        _machine = new(isVerified ? _options : _options with { Verifier = VerifierMode.Off });
        _routine = routine;
        _driver = _machine.LoadDriver("Twin", Initialize);
        _process = _machine.CreateProcess("program");
        _handle = _process.Open(DeviceName);
    }

    private bool IsWrite => _routine.Function == MajorFunction.IRP_MJ_WRITE;

    /// <summary>What the driver has asked the board for.</summary>
    public Feature Used => _board.Used;

    /// <summary>Whether its machine is of the kind that a cell needs. What is lost of a chain shows when the driver goes, so such a cell shares its machine with none.</summary>
    public bool Suits(Cell cell) => !_isChain && !cell.IsChain && _options == OptionsFor(cell);

    /// <summary>Sends one request and says what went wrong with it; null if nothing did. The rig is used up then.</summary>
    public string? Try(Cell cell)
    {
        try
        {
            return Send(cell);
        }
        catch (BugCheckException stop)
        {
            return $"stop {stop.Name} [{stop.RuleId}] {stop.Explanation}";
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    /// <summary>Takes the driver away and says what it left behind; null if nothing.</summary>
    public string? Unload()
    {
        try
        {
            _handle.Dispose();
            _machine.UnloadDriver(_driver);
            return _machine.Findings is [var finding, ..] ? finding.ToString() : null;
        }
        catch (BugCheckException stop)
        {
            return $"stop {stop.Name} [{stop.RuleId}] {stop.Explanation}";
        }
    }

    public void Dispose() => _machine.Dispose();

    private static MachineOptions OptionsFor(Cell cell) => cell.IsHigh ? s_high : cell.IsShort ? s_short : s_low;

    private string? Send(Cell cell)
    {
        byte[] expected = Expect(cell.Length);
        nuint region = _process.Allocate(cell.Length + 3 * PAGE_SIZE, cell.Offset);
        nuint buffer = region + PAGE_SIZE;
        byte[] around = new byte[cell.Length + 2 * PAGE_SIZE];
        Array.Fill(around, Poison);
        if (IsWrite)
            expected.CopyTo(around, (int)PAGE_SIZE);
        _process.Write(region, around);
        _machine.Run(() => Load(expected));
        int entries = _machine.FreeSystemPtes;

        IoStatusBlock status = Request(cell, buffer);

        byte[] result = new byte[around.Length];
        _process.Read(region, result);
        bool isDone = NT_SUCCESS(status.Status);
        if (!isDone && !cell.MayFail)
            return $"failed with {status.Status}";
        if (isDone ? status.Information != cell.Length : status.Information != 0)
            return $"{status.Status} with {status.Information} bytes";
        if (isDone && !IsWrite)
            expected.CopyTo(around, (int)PAGE_SIZE);
        else if (!IsWrite)
            result.AsSpan((int)PAGE_SIZE, (int)cell.Length).CopyTo(around.AsSpan((int)PAGE_SIZE));
        int wrong = result.AsSpan().CommonPrefixLength(around);
        if (wrong != result.Length)
            return $"wrong byte in the buffer at {wrong - (int)PAGE_SIZE}";
        if (isDone && IsWrite && _machine.Run(() => FindWrong(expected)) is { } at)
            return $"wrong byte on the device at {at}";
        if (_process.LockedPages != 0 || _machine.FreeSystemPtes != entries)
            return $"left {_process.LockedPages} pages locked and {entries - _machine.FreeSystemPtes} mapped";
        _process.Free(region);
        return _machine.Findings is [var finding, ..] ? finding.ToString() : null;
    }

    private IoStatusBlock Request(Cell cell, nuint buffer)
    {
        nuint position = _process.Allocate(sizeof(long));
        _process.Write(position, BitConverter.GetBytes(Position));
        _board.IsDeferring = cell.IsDeferred;
        _board.Cuts = cell.Cuts;
        uint head = cell.Length / 3;
        _machine.Run(() => _board.Say(cell.Said ?? (head, cell.Length - head), cell.Said ?? (1, cell.Length)));
        if (cell.Fault is { } routine)
            _machine.Faults.FailNth(routine, cell.FaultyCall);
        IoStatusBlock status = _routine.Function switch
        {
            MajorFunction.IRP_MJ_READ => _handle.Read(buffer, cell.Length, Position),
            MajorFunction.IRP_MJ_WRITE => _handle.Write(buffer, cell.Length, Position),
            _ => _handle.DeviceIoControl(ControlCode, position, sizeof(long), buffer, cell.Length),
        };
        _machine.Faults.Clear();
        _process.Free(position);
        return status;
    }

    private static byte[] Expect(uint length) => [.. Enumerable.Range(0, (int)length).Select(static i => (byte)(i * 31 + (i >> 8) * 7 + 1))];

    /// <summary>What the device holds before a request: the bytes that a read is to deliver, and others around them.</summary>
    private void Load(byte[] expected)
    {
        byte[] memory = new byte[Board.Capacity];
        Array.Fill(memory, unchecked((byte)~Poison));
        if (!IsWrite)
            expected.CopyTo(memory, Position);
        VirtualMemory.CopyFrom(_board.Memory, memory);
        _board.Seek(Position);
    }

    private int? FindWrong(byte[] expected)
    {
        byte[] memory = new byte[Board.Capacity], wanted = new byte[Board.Capacity];
        Array.Fill(wanted, unchecked((byte)~Poison));
        expected.CopyTo(wanted, Position);
        VirtualMemory.CopyTo(_board.Memory, memory);
        int same = memory.AsSpan().CommonPrefixLength(wanted);
        return same == memory.Length ? null : same - (int)Position;
    }

    private NtStatus Initialize(DriverObject driver, string registryPath)
    {
        NtStatus status = IoCreateDevice(driver, null, DeviceName, 0x22, 0, false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        IoCreateDevice(driver, null, null, 0x22, 0, false, out DeviceObject? above);
        _board = new(device!);
        device!.DeviceExtension = _board;
        device.Flags |= DeviceFlags.DO_DIRECT_IO;
        device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
        IoAttachDeviceToDeviceStack(above!, device);
        above!.Flags |= DeviceFlags.DO_DIRECT_IO;
        above.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;

        foreach (MajorFunction function in (MajorFunction[])[MajorFunction.IRP_MJ_CREATE, MajorFunction.IRP_MJ_CLEANUP, MajorFunction.IRP_MJ_CLOSE])
            driver.MajorFunction[function] = Succeed;
        driver.MajorFunction[_routine.Function] = (target, irp) => target == above ? Forward(above, device, irp) : _routine.Dispatch(target, irp);
        driver.DriverStartIo = _routine.StartIo;
        driver.DriverUnload = _ =>
        {
            _board.Free();
            IoDetachDevice(device);
            IoDeleteDevice(above);
            IoDeleteDevice(device);
        };
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>The driver above: passes requests on at once, or later from another process.</summary>
    private NtStatus Forward(DeviceObject above, DeviceObject device, Irp irp)
    {
        if (!_board.IsDeferring)
        {
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver(device, irp);
        }

        IoMarkIrpPending(irp);
        IoCopyCurrentIrpStackLocationToNext(irp);
        IoWorkItem item = IoAllocateWorkItem(above)!;
        IoQueueWorkItem(
            item,
            (_, _) =>
            {
                IoFreeWorkItem(item);
                IoCallDriver(device, irp);
            },
            null);
        return NtStatus.STATUS_PENDING;
    }

    private static NtStatus Succeed(DeviceObject device, Irp irp)
    {
        irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
        irp.IoStatus.Information = 0;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return NtStatus.STATUS_SUCCESS;
    }
}
