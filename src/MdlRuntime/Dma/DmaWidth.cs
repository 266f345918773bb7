namespace MdlRuntime;

public enum DmaWidth { Width8Bits = 0, Width16Bits = 1, Width32Bits = 2, Width64Bits = 3 }
