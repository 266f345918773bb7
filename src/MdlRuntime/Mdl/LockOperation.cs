namespace MdlRuntime;

public enum LockOperation { IoReadAccess = 0, IoWriteAccess = 1, IoModifyAccess = 2 }
