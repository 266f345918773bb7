namespace Streamer;

/// <summary>What is on the tape.</summary>
internal static class Tape
{
    /// <summary>Bytes that are the same on every run, and different on every page.</summary>
    public static byte[] Record(uint length)
    {
        var bytes = new byte[length];
        uint state = 1;
        foreach (ref byte b in bytes.AsSpan())
        {
            state = state * 1664525 + 1013904223;
            b = (byte)(state >> 24);
        }

        return bytes;
    }
}
