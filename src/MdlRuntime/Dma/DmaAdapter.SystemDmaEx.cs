using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What version 3 adds for devices on the system DMA controller.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Cancels the system DMA transfer of a context: the one under way, or the next.</summary>
    /// <param name="transferContext">The context of the allocation.</param>
    /// <returns>
    /// STATUS_SUCCESS: the transfer is stopped and its completion routine called with DmaCancelled, or the next MapTransferEx will fail with
    /// STATUS_CANCELLED. STATUS_UNSUCCESSFUL: it had stopped or was cancelled before. STATUS_INVALID_PARAMETER: no context of this adapter.
    /// STATUS_NOT_SUPPORTED for bus masters: their drivers stop the device itself (DMA-292).
    /// </returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. <see cref="FlushAdapterBuffersEx"/> is still due, and takes the mark away. WDK: CancelMappedTransfer.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus CancelMappedTransfer(
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext)
    {
        Enter(DmaSlot.CancelMappedTransfer, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(CancelMappedTransfer), transferContext);
        if (_channel is null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (transferContext?.Adapter != this)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (transferContext.IsTransferCancelled)
            return NtStatus.STATUS_UNSUCCESSFUL;

        bool isMapped = _owner is not null && _owner == transferContext.Request && MapOf(_owner.Registers).Count > 0;
        if (isMapped && !_channel.Cancel())
            return NtStatus.STATUS_UNSUCCESSFUL;
        transferContext.IsTransferCancelled = true;
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Starts the controller on the runs that were mapped last; what it cannot express is not mapped after all.</summary>
    private NtStatus StartTransfer(
        SystemDmaChannel channel, TransferMap map, int first, bool writeToDevice, DmaCompletionRoutine? routine, object? context)
    {
        var completion = new SystemDmaCompletion(routine, this, _owner!.Device, context);
        if (channel.TryStart(map.Runs[first..], writeToDevice, _demandMode, _autoInitialize, completion))
            return NtStatus.STATUS_SUCCESS;

        map.EndOperation(first, map.Count - first);
        return NtStatus.STATUS_INVALID_PARAMETER;
    }

    /// <summary>A flush ends the transfer, whether it was over or not; the context may start the next.</summary>
    private void StopTransfer(SystemDmaChannel channel)
    {
        if (channel.IsRunning && !_autoInitialize)
        {
            Report(0x23, 0, channel.Number / SystemDmaController.CascadeChannel, channel.Number, "MDL4003",
                $"FlushAdapterBuffersEx was called while channel {channel.Number} was still transferring: it has to complete or be cancelled first.");
        }

        channel.Cancel();
        if (_owner?.TransferContext is { } context)
            context.IsTransferCancelled = false;
    }

    /// <summary>The bytes of an operation that the device has moved, as far as anybody counts them (DMA-104).</summary>
    private uint ArrivedOf(ReadOnlySpan<MappedRun> runs)
    {
        if (_channel is null || _ignoresCount)
            return uint.MaxValue;
        uint length = 0;
        foreach (ref readonly MappedRun run in runs)
            length += run.Length;
        return length - Math.Min(length, _channel.Counter);
    }
}
