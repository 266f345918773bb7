using MdlRuntime.Simulation;

namespace DmaDisk;

/// <summary>
/// Prints the six steps of "Using direct I/O with DMA" while the machine takes them: the first request in full, later ones in one line.
/// </summary>
internal sealed class StepPrinter(TextWriter output)
{
    private const int PiecesShown = 3;
    private const int StagesShown = 2;
    private const int FramesShown = 8;

    private bool _isRequest;
    private int _requests;
    private int _stages;
    private int _pieces;
    private int _stagePieces;
    private nuint _stageVa;
    private ulong _stageBounced;
    private Mdl? _mdl;

    /// <summary>Bytes that went through bounce pages, over all requests.</summary>
    public ulong BouncedBytes { get; private set; }

    private bool IsFull => _isRequest && _requests == 1;

    private bool IsStageShown => IsFull && _stages <= StagesShown;

    public void BeginRequest(UserProcess process, nuint buffer, uint length, long position)
    {
        (_isRequest, _stages, _pieces, _stagePieces, _stageBounced, _mdl) = (true, 0, 0, 0, 0, null);
        _requests++;
        output.WriteLine();
        output.WriteLine($"Request {_requests}: {process.Object} reads {Count(length, "byte")} at position {position} into {Hex(buffer)}.");
    }

    public void EndRequest(IoStatusBlock result)
    {
        _isRequest = false;
        output.WriteLine($"Result: {Name(result.Status)}, {Count(result.Information, "byte")}, in {Count(_stages, "stage")} and {Count(_pieces, "piece")}.");
    }

    /// <summary>Called by the machine for everything it does, while it does it.</summary>
    public void OnTrace(TraceRecord record)
    {
        if (!_isRequest)
            return;

        switch (record.Routine)
        {
            case "IoAllocateMdl":
                _mdl = (Mdl)record.Subject!;
                MdlMade(record);
                break;
            case "MmProbeAndLockPages":
                Locked(record);
                break;
            case "IoCallDriver":
                Dispatched((Irp)record.Subject!);
                break;
            case "AdapterControl":
                Granted(record);
                break;
            case "MapTransfer":
                Mapped(record);
                break;
            case "BlockDevice.Transfer":
                Line(IsStageShown, $"the device moves {Count(record.Value2, "byte")}, from position {record.Value1} of the medium, to {Count(_stagePieces, "logical address")}");
                break;
            case "InterruptService":
                Line(IsStageShown, $"it interrupts: the service routine runs at IRQL {(int)record.Irql}, the DPC after it at IRQL 2");
                break;
            case "FlushAdapterBuffers":
                Line(IsStageShown, $"FlushAdapterBuffers({Hex((nuint)record.Value1)}, {Count(record.Value2, "byte")}) ends the stage");
                _stagePieces = 0;
                break;
            case "BounceCopy":
                BouncedBytes += record.Value2;
                _stageBounced += record.Value2;
                break;
            case "FreeMapRegisters":
                BounceEnded();
                Line(IsFull, "FreeMapRegisters: other devices can have them");
                break;
            case "IoCompleteRequest":
                Line(IsFull, $"IoCompleteRequest: {Name((NtStatus)record.Value1)}, {Count(record.Value2, "byte")}");
                break;
            case "MmUnlockPages":
                Line(IsFull, $"MmUnlockPages: {Count(record.Value2, "page")} may move again");
                break;
            case "IoFreeMdl":
                Line(IsFull, "IoFreeMdl");
                break;
        }
    }

    private void MdlMade(TraceRecord record)
    {
        if (!IsFull)
            return;

        Mdl mdl = _mdl!;
        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES((nuint)record.Value1, (nuint)record.Value2);
        Step(1, $"the I/O manager makes an MDL at {Hex((nuint)record.Value3)}: {Count(record.Value2, "byte")}, {Count(pages, "page")}");
        Step(2, $"thread {record.Thread} passed the buffer {Hex(MmGetMdlVirtualAddress(mdl))}, 0x{MmGetMdlByteOffset(mdl):X} bytes into its first page");
    }

    private void Locked(TraceRecord record)
    {
        if (!IsFull)
            return;

        Span<nuint> frames = MmGetMdlPfnArray(_mdl!)[..(int)record.Value2];
        string shown = string.Join(", ", frames[..Math.Min(frames.Length, FramesShown)].ToArray().Select(frame => $"0x{frame:X}"));
        string rest = frames.Length > FramesShown ? $" and {frames.Length - FramesShown} more" : "";
        Step(3, $"MmProbeAndLockPages locks {Count(frames.Length, "page frame")}: {shown}{rest}");
    }

    private void Dispatched(Irp irp)
    {
        if (!IsFull || IoGetCurrentIrpStackLocation(irp).MajorFunction is not IRP_MJ_READ)
            return;

        if (irp.MdlAddress is { } mdl)
            Step(4, $"the driver is called with the IRP at {Hex(irp.Address)}, whose MdlAddress is {mdl}");
        else
            Step(4, $"the driver is called with the IRP at {Hex(irp.Address)}; an empty buffer has no MDL, so there is nothing to lock or map");
    }

    private void Granted(TraceRecord record)
    {
        _stageVa = MmGetMdlVirtualAddress(_mdl!);
        if (IsFull)
            Step(5, $"AdapterControl runs with {Count(record.Value1, "map register")}; MmGetMdlVirtualAddress gives {Hex(_stageVa)}");
    }

    private void Mapped(TraceRecord record)
    {
        if (_stagePieces == 0)
        {
            BounceEnded();
            _stages++;
            if (IsStageShown)
                Step(6, $"stage {_stages} begins at {Hex(_stageVa)}");
            Line(IsFull && _stages == StagesShown + 1, "the other stages go the same way");
        }

        _pieces++;
        _stagePieces++;
        Line(IsStageShown && _stagePieces <= PiecesShown,
            $"MapTransfer({Hex(_stageVa)}): {Count(record.Value2, "byte")} of frame 0x{record.Value3:X} are at logical address {Hex((nuint)record.Value1)}");
        Line(IsStageShown && _stagePieces == PiecesShown + 1, "...");
        _stageVa += (nuint)record.Value2;
    }

    /// <summary>The copies of a flush are over when something else happens.</summary>
    private void BounceEnded()
    {
        Line(IsStageShown && _stageBounced > 0, $"{Count(_stageBounced, "byte")} were copied from bounce pages to the buffer, where the device could not reach");
        _stageBounced = 0;
    }

    private void Step(int number, string text) => output.WriteLine($"  {number}. {text}");

    private void Line(bool isShown, string text)
    {
        if (isShown)
            output.WriteLine($"     {text}");
    }

    private static string Count(ulong count, string unit) => $"{count} {unit}{(count == 1 ? "" : unit.EndsWith('s') ? "es" : "s")}";

    private static string Count(int count, string unit) => Count((ulong)count, unit);

    /// <summary>Success has two names; this is the one readers expect.</summary>
    private static string Name(NtStatus status) => status == STATUS_SUCCESS ? nameof(STATUS_SUCCESS) : status.ToString();

    private static string Hex(nuint value) => $"0x{value:X}";
}
