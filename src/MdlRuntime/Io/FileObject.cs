namespace MdlRuntime;

public sealed class FileObject { }
