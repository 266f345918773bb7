using MdlRuntime.Simulation;

namespace Benchmarks;

/// <summary>The floor for a scatter/gather list: the frames of a buffer are gone through once, and each run of neighbours is written down.</summary>
internal sealed class RunWalk
{
    private const ulong Page = 4096;
    private const int FrameCount = 65536, Stride = 40503;

    private readonly ulong[] _frames;
    private readonly ScatterGatherElement[] _elements;

    public RunWalk(int pages, FramePolicy frames)
    {
        (_frames, _elements) = (new ulong[pages], new ScatterGatherElement[pages]);
        for (int i = 0; i < pages; i++)
            _frames[i] = (ulong)(frames == FramePolicy.Sequential ? i : (i + 1) * Stride % FrameCount);
    }

    public ulong Enumerate(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            int count = 0;
            for (int first = 0; first < _frames.Length;)
            {
                int end = first + 1;
                while (end < _frames.Length && _frames[end] == _frames[end - 1] + 1)
                    end++;
                _elements[count++] = new(new((long)(_frames[first] * Page)), (uint)(end - first) * (uint)Page);
                first = end;
            }

            sum += (ulong)_elements[count - 1].Address.QuadPart + (ulong)count;
        }

        return sum;
    }
}
