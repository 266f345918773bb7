namespace MdlRuntime;

public enum DmaSpeed { Compatible = 0, TypeA = 1, TypeB = 2, TypeC = 3, TypeF = 4 }
