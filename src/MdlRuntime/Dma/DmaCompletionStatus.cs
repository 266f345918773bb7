namespace MdlRuntime;

public enum DmaCompletionStatus { DmaComplete = 0, DmaAborted = 1, DmaError = 2, DmaCancelled = 3 }
