using MdlRuntime.Simulation;

namespace Streamer;

/// <summary>Prints the steps of a system DMA transfer while the machine takes them: the first stage in full, what repeats in one line.</summary>
internal sealed class StepPrinter(TextWriter output)
{
    private bool _isRequest;
    private bool _isMapping;
    private int _stages;
    private int _rounds;
    private ulong _roundBytes;
    private ulong _bounced;

    private bool IsStageShown => _stages <= 1;

    public void BeginRequest(UserProcess process, nuint buffer, uint length, bool isPlay, uint channel)
    {
        output.WriteLine($"{process.Object} {(isPlay ? "plays" : "records")} {length} bytes {(isPlay ? "from" : "into")} 0x{buffer:X}, over channel {channel}.");
        _isRequest = true;
    }

    public void EndRequest(IoStatusBlock result)
    {
        _isRequest = false;
        string status = result.Status == STATUS_SUCCESS ? nameof(STATUS_SUCCESS) : result.Status.ToString();
        output.WriteLine($"Result: {status}, {result.Information} bytes, in {_stages} stages; {_bounced} bytes went through bounce pages.");
        output.WriteLine();
    }

    /// <summary>Called by the machine for everything it does, while it does it.</summary>
    public void OnTrace(TraceRecord record)
    {
        if (!_isRequest)
            return;

        switch (record.Routine)
        {
            case "AdapterControl":
                output.WriteLine($"  AdapterControl runs: the channel and {record.Value1} map registers are granted");
                break;
            case "MapTransfer":
                BeginStage();
                Line($"MapTransfer: {record.Value2} bytes");
                break;
            case "SystemDma.Start":
                _isMapping = false;
                Line($"it programs channel {record.Value1} (mode 0x{record.Value2:X2}) and unmasks it; the address it returns is ignored");
                break;
            case "StreamDevice.Doorbell":
                Line($"the driver starts the device: {record.Value2} bytes");
                break;
            case "StreamDevice.Transfer":
                (_rounds, _roundBytes) = (_rounds + 1, _roundBytes + record.Value2);
                break;
            case "InterruptService":
                Line($"the device moves {_roundBytes} bytes in {_rounds} rounds of its FIFO");
                (_rounds, _roundBytes) = (0, 0);
                Line($"it interrupts: the service routine runs at IRQL {(int)record.Irql}, the DPC after it at IRQL 2");
                break;
            case "SystemDma.Stop":
                Line($"FlushAdapterBuffers masks the channel ({record.Value2} bytes left in its counter)");
                break;
            case "BounceCopy":
                _bounced += record.Value2;
                // What is to be sent is copied while it is mapped.
                if (record.Value3 != 0)
                    BeginStage();
                Line($"{record.Value2} bytes are copied {(record.Value3 == 0 ? "from" : "to")} bounce pages: their own are scattered, or beyond the controller's 16 MiB");
                break;
            case "FreeAdapterChannel":
                output.WriteLine("  FreeAdapterChannel: other drivers can have channel and map registers");
                break;
            case "IoCompleteRequest":
                output.WriteLine($"  IoCompleteRequest: {record.Value2} bytes");
                break;
        }
    }

    private void BeginStage()
    {
        if (_isMapping)
            return;

        _isMapping = true;
        _stages++;
        output.WriteLine($"  Stage {_stages}");
    }

    private void Line(string text)
    {
        if (IsStageShown)
            output.WriteLine($"    {text}");
    }
}
