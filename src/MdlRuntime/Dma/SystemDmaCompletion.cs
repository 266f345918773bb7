namespace MdlRuntime;

/// <summary>Whom the end of a system DMA transfer is reported to, if anybody (DMA-290).</summary>
internal readonly record struct SystemDmaCompletion(DmaCompletionRoutine? Routine, DmaAdapter? Adapter, DeviceObject? Device, object? Context);
