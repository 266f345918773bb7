namespace MdlRuntime;

/// <summary>How a system DMA transfer ended. WDK: DMA_COMPLETION_STATUS.</summary>
public enum DmaCompletionStatus
{
    /// <summary>All bytes were moved.</summary>
    DmaComplete = 0,

    /// <summary>The transfer was aborted.</summary>
    DmaAborted = 1,

    /// <summary>The controller reported an error.</summary>
    DmaError = 2,

    /// <summary>The driver cancelled the transfer.</summary>
    DmaCancelled = 3,
}
