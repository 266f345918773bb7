using System.Globalization;

namespace NetLoop;

/// <summary>What the command line asks for.</summary>
internal readonly record struct Arguments(int Packets, int DeviceBits)
{
    public const string Usage = """
        usage: NetLoop [--packets N] [--device-bits 24|32|64]
          --packets      packets to send, 1 to 1000 (default 8)
          --device-bits  address lines of the device (default 64); 24 makes it use bounce pages
        """;

    public static bool TryParse(string[] args, out Arguments arguments)
    {
        arguments = new(Packets: 8, DeviceBits: 64);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int value))
                return false;
            if (args[i] == "--packets" && value is >= 1 and <= 1000)
                arguments = arguments with { Packets = value };
            else if (args[i] == "--device-bits" && value is 24 or 32 or 64)
                arguments = arguments with { DeviceBits = value };
            else
                return false;
        }

        return true;
    }
}
