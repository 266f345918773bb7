using System.Globalization;

namespace DmaDisk;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: DmaDisk [FILE] [--device-bits 24|32|64] [--length N] [--help]

        A user process reads FILE from a simulated disk by direct I/O and DMA; every step is printed.

          FILE              the file on the disk; without it, one of 150000 bytes is made for the run
          --device-bits N   address lines of the disk: 24, 32 or 64 (default 64)
                            a disk with 24 reaches the first 16 MiB of memory only: the rest is copied
          --length N        bytes to read, from the start of the file (default: the whole file);
                            0 shows a request without a buffer
          --help            this text

        Exit code: 0 the process received what the file holds, 1 it did not, 2 the arguments are wrong.
        """;

    /// <summary>The file, or null for a generated one.</summary>
    public string? Path { get; private init; }

    public int DeviceBits { get; private init; } = 64;

    /// <summary>Bytes to read, or null for the whole file.</summary>
    public long? Length { get; private init; }

    public bool ShowHelp { get; private init; }

    /// <summary>Parses the command line; otherwise says what is wrong with it.</summary>
    public static bool TryParse(string[] args, out Arguments arguments, out string? error)
    {
        (arguments, error) = (new(), null);
        for (int i = 0; i < args.Length && error is null; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--help":
                    arguments = arguments with { ShowHelp = true };
                    break;
                case "--device-bits" when value is "24" or "32" or "64":
                    arguments = arguments with { DeviceBits = int.Parse(value, CultureInfo.InvariantCulture) };
                    i++;
                    break;
                case "--device-bits":
                    error = $"--device-bits needs 24, 32 or 64, not '{value}'";
                    break;
                case "--length" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length):
                    arguments = arguments with { Length = length };
                    i++;
                    break;
                case "--length":
                    error = $"--length needs a number of bytes, 0 or more, not '{value}'";
                    break;
                case ['-', ..] option:
                    error = $"unknown option '{option}'";
                    break;
                case { Length: > 0 } path when arguments.Path is null:
                    arguments = arguments with { Path = path };
                    break;
                default:
                    error = $"one file can be read at a time; '{args[i]}' is one too many";
                    break;
            }
        }

        return error is null;
    }
}
