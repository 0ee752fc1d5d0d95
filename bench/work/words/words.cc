// Counts words: a program that needs much of the C++ library.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

int main(int argc, char **argv) {
  std::map<std::string, long> counts;
  for (int i = 1; i < argc; i++) {
    std::ifstream file(argv[i]);
    std::stringstream text;
    text << file.rdbuf();
    for (std::string word; text >> word;) counts[word]++;
  }
  std::vector<std::pair<std::string, long>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) { return a.second > b.second; });
  for (auto &[word, count] : sorted) std::cout << count << ' ' << word << '\n';
}
